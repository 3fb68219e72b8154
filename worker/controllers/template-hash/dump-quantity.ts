/** A resource.Quantity as Go prints the struct: its fields depend on how it was parsed (resource.ParseQuantity). */

const BINARY: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, "": 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
/** The number of digits that certainly fit into 64 bits, with and without a binary suffix. */
const MAX_DECIMAL_DIGITS = 18;
const MAX_BINARY_DIGITS = 15;
const NANO = 1_000_000_000n;
const WORD = 0xffff_ffff_ffff_ffffn;

/** `text` is canonical, as stored by the API server. */
export function dumpQuantity(text: string): string {
  const [, sign = "", digits = "0", suffix = ""] = /^([+-]?)(\d+)(.*)$/s.exec(text) ?? [];
  // For zero, Kubernetes prints neither the unit nor the format.
  if (text === "0") return quantity({ small: [0n, 0], text, format: "DecimalSI" });
  const negative = sign === "-" ? -1n : 1n;
  const bits = BINARY[suffix];
  if (bits !== undefined) {
    const value = BigInt(digits) << BigInt(bits);
    const fits = MAX_BINARY_DIGITS - digits.length - Math.trunc(Math.fround((bits * 3) / 10)) - 1 >= 0;
    if (!fits) return quantity({ large: negative * value * NANO, format: "BinarySI" });
    // Only numbers that are no multiple of eight are known to be canonical.
    const cachedText = (BigInt(digits) & 7n) !== 0n ? text : "";
    return quantity({ small: [negative * value, 0], text: cachedText, format: "BinarySI" });
  }
  const exponent = /^e(-?\d+)$/i.exec(suffix)?.[1];
  const scale = exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent);
  const format = exponent === undefined ? "DecimalSI" : "DecimalExponent";
  const value = negative * BigInt(digits);
  if (digits.length > MAX_DECIMAL_DIGITS) return quantity({ large: value * 10n ** BigInt(scale + 9), format });
  const cachedText = scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0") ? text : "";
  return quantity({ small: [value, scale], text: cachedText, format });
}

interface Parts {
  /** Value and decimal scale. */
  readonly small?: readonly [bigint, number];
  /** In billionths. */
  readonly large?: bigint;
  readonly text?: string;
  readonly format: string;
}

function quantity({ small: [value, scale] = [0n, 0], large, text = "", format }: Parts): string {
  const small = `{value:(int64)${value} scale:(resource.Scale)${scale}}`;
  const decimal = large === undefined ? "<nil>" : dumpDecimal(large);
  return `{i:(resource.int64Amount)${small} d:(resource.infDecAmount){Dec:(*inf.Dec)${decimal}} s:(string)${text} Format:(resource.Format)${format}}`;
}

function dumpDecimal(billionths: bigint): string {
  const words: bigint[] = [];
  for (let rest = billionths < 0n ? -billionths : billionths; rest > 0n; rest >>= 64n) words.push(rest & WORD);
  return `{unscaled:(big.Int){neg:(bool)${billionths < 0n} abs:(big.nat)[${words.join(" ")}]} scale:(inf.Scale)9}`;
}
