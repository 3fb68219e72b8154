/** A text as Go's `strconv.ParseFloat` reads it; undefined if it is malformed or beyond a double. */
export function parseGoFloat(text: string): number | undefined {
  if (/^nan$/i.test(text)) return Number.NaN;
  const [, sign = "", digits = ""] = /^([+-]?)(.+)$/s.exec(text) ?? [];
  const size = /^inf(inity)?$/i.test(digits) ? Number.POSITIVE_INFINITY : finite(digits);
  return size === undefined || sign !== "-" ? size : -size;
}

function finite(digits: string): number | undefined {
  const isHex = /^0x/i.test(digits);
  // Underscores separate digits, or a digit from the base before it.
  const misplaced = isHex ? /(?<![0-9a-fx])_|_(?![0-9a-f])/i : /(?<![0-9])_|_(?![0-9])/;
  if (misplaced.test(digits)) return undefined;
  const plain = digits.replaceAll("_", "");
  const value = isHex ? hexadecimal(plain) : decimal(plain);
  return value === Number.POSITIVE_INFINITY ? undefined : value;
}

const decimal = (text: string): number | undefined =>
  /^([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/i.test(text) ? Number(text) : undefined;

/** The exponent is required. */
function hexadecimal(text: string): number | undefined {
  const [, whole = "", fraction = "", exponent] = /^0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i.exec(text) ?? [];
  if (exponent === undefined || whole + fraction === "") return undefined;
  return Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
}
