/** The order of texts as Go has it, for `sort`; of those with characters beyond the BMP, by their UTF-16 units. */
export const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
