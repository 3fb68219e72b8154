/** Go's error for a text that is not a 64-bit unsigned integer, or undefined if it is one. */
const MAX = 2n ** 64n - 1n;
const MAX_DIGITS = 20;

export function parseUintProblem(text: string): string | undefined {
  const isDigits = /^[0-9]+$/.test(text);
  const isShort = isDigits && text.replace(/^0+/, "").length <= MAX_DIGITS;
  if (isShort && BigInt(text) <= MAX) return undefined;
  return `strconv.ParseUint: parsing ${JSON.stringify(text)}: ${isDigits ? "value out of range" : "invalid syntax"}`;
}
