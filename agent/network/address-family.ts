/** Of an address or a range, which is known to be one. */
export const isIPv6 = (text: string): boolean => text.includes(":");
