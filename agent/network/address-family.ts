/** For valid addresses and ranges. */
export const isIPv6 = (text: string): boolean => text.includes(":");
