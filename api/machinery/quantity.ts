/**
 * Kubernetes' quantities: `100m`, `1.5Gi`, `2e3`. Exact: a value is an integer number of nanos, the smallest unit.
 * Canonical forms are those of Go's resource.Quantity (k8s.io/apimachinery/pkg/api/resource).
 */
import { RecentValues } from "../recent-values.ts";

export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

export interface Quantity {
  /** The value in units of 10⁻⁹. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** A quantity as JSON holds it. */
export type QuantityText = string | number;

/**
 * The lookahead makes leading digits possessive. Otherwise many digits could be split between the number and an
 * exponent in many ways, which would take hours.
 */
const PATTERN = /^([+-]?)([0-9]*)(?![0-9])(?:\.([0-9]*)(?![0-9]))?([eEinumkKMGTP]*[-+]?[0-9]*)$/;
const QUANTITY_FORMAT_WRONG =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const QUANTITY_SUFFIX_WRONG = "unable to parse quantity's suffix";

const DECIMAL_SUFFIXES = new Map([
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const BINARY_SUFFIXES = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const suffixOfExponent = new Map([...DECIMAL_SUFFIXES].map(([suffix, exponent]) => [exponent, suffix]));

const BILLION = 1_000_000_000n;
const MAX_INT64 = 9223372036854775807n;
/** Kubernetes has no use for larger numbers, and powers of ten take time; digits take quadratic time. */
const MAX_EXPONENT = 1000;
const MAX_DIGITS = 1000;

export interface Parts {
  readonly negative: boolean;
  /** All digits, without leading zeros of the integer part. */
  readonly whole: string;
  readonly fraction: string;
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

/** A pod's quantities are read a dozen times while it is created and scheduled, and most pods have the same few. */
const recent = new RecentValues<Quantity>(1000, () => 1);
/** Longer texts are rare, and not kept. */
const MAX_KEPT_LENGTH = 20;

/** The quantity, or what is wrong with it, in Kubernetes' words. Digits may be missing, as in Go: `Mi` is zero. */
export function parseQuantity(text: QuantityText): Quantity | string {
  const trimmed = String(text).trim();
  const known = recent.get(trimmed);
  if (known) return known;
  const parts = split(trimmed);
  if (typeof parts === "string") return parts;
  const quantity = exactValue(parts);
  if (trimmed.length <= MAX_KEPT_LENGTH) recent.set(trimmed, quantity);
  return quantity;
}

/** What is wrong with a quantity, if anything. */
export const quantityProblem = (text: QuantityText): string | undefined => {
  const trimmed = String(text).trim();
  const parts = recent.get(trimmed) ?? split(trimmed);
  return typeof parts === "string" ? parts : undefined;
};

/** The same before its value is computed. */
export const quantityParts = (text: QuantityText): Parts | string => split(String(text).trim());

function split(text: string): Parts | string {
  const [, sign, digits = "", fraction, suffix = ""] = PATTERN.exec(text) ?? [];
  if (sign === undefined || text === "") return QUANTITY_FORMAT_WRONG;
  if (text.length > MAX_DIGITS + suffix.length) return QUANTITY_SUFFIX_WRONG;
  const common = { negative: sign === "-", whole: digits.replace(/^0+/, ""), fraction: fraction ?? "" };
  const decimal = DECIMAL_SUFFIXES.get(suffix);
  if (decimal !== undefined) return { ...common, base: 10, exponent: decimal, format: "DecimalSI" };
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  if (binary > 0) return { ...common, base: 2, exponent: binary * 10, format: "BinarySI" };
  const exponent = /^[eE]([-+]?[0-9]+)$/.exec(suffix)?.[1];
  if (exponent === undefined || Math.abs(Number(exponent)) > MAX_EXPONENT) return QUANTITY_SUFFIX_WRONG;
  return { ...common, base: 10, exponent: Number(exponent), format: "DecimalExponent" };
}

export function exactValue({ negative, whole, fraction, base, exponent, format }: Parts): Quantity {
  const digits = BigInt(whole + fraction || "0");
  // digits · 10^-fraction · base^exponent · 10^9, rounded away from zero to an integer number of nanos.
  const shift = 9 - fraction.length + (base === 10 ? exponent : 0);
  const scaled = base === 2 ? digits << BigInt(exponent) : digits;
  let nanos = shift >= 0 ? scaled * 10n ** BigInt(shift) : divideUp(scaled, 10n ** BigInt(-shift));
  if (format === "BinarySI" && nanos > MAX_INT64 * BILLION) nanos = MAX_INT64 * BILLION;
  const small = format === "BinarySI" && nanos > 0n && nanos < BILLION;
  return { nanos: negative ? -nanos : nanos, format: small ? "DecimalSI" : format };
}

/** Integer division, rounding away from zero. */
function divideUp(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  if (quotient * divisor === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

/** Go's canonical form: no fraction, and the largest suffix without loss. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return "0";
  if (format === "BinarySI" && nanos % BILLION === 0n) {
    const value = nanos / BILLION;
    if (value <= -1024n || value >= 1024n) return formatBinary(value);
  }
  return formatDecimal(nanos, format === "DecimalExponent");
}

function formatBinary(value: bigint): string {
  let mantissa = value;
  let power = 0;
  while (mantissa % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
    mantissa /= 1024n;
    power++;
  }
  return `${mantissa}${BINARY_SUFFIXES[power]}`;
}

function formatDecimal(nanos: bigint, asExponent: boolean): string {
  let mantissa = nanos;
  let exponent = -9;
  while (mantissa % 1000n === 0n && (asExponent || exponent < 18)) {
    mantissa /= 1000n;
    exponent += 3;
  }
  if (!asExponent) return `${mantissa}${suffixOfExponent.get(exponent)}`;
  return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
}

/**
 * The text as Kubernetes stores it. Go keeps texts that its fast path considers canonical, so `1.500` and `01` are kept
 * while `1.5` becomes `1500m`. Returns invalid texts unchanged: validation reports them.
 */
export function canonicalQuantity(text: QuantityText): string {
  const trimmed = String(text).trim();
  if (/^[1-9][0-9]{0,2}(m|[kMGT]|[KMGT]i)?$/.test(trimmed) && !isMultipleOf8Binary(trimmed)) return trimmed;
  const parts = split(trimmed);
  if (typeof parts === "string" || isCanonicalText(parts)) return trimmed;
  return formatQuantity(exactValue(parts));
}

const isMultipleOf8Binary = (text: string) => text.endsWith("i") && Number.parseInt(text, 10) % 8 === 0;

/** Whether Go's ParseQuantity takes its fast path and finds nothing to shorten. */
function isCanonicalText({ whole, fraction, exponent, format }: Parts): boolean {
  // In Go, the digits of the integer part are "0" only if a fraction or suffix follows; a bare zero has no digits to
  // keep.
  const digits = (whole || "0") + fraction;
  if (format === "BinarySI") {
    const precision = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1;
    return fraction === "" && precision >= 0 && (BigInt(whole || "0") & 7n) !== 0n;
  }
  const scale = exponent - fraction.length;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith("000") && !digits.startsWith("0");
}

const ZERO: Quantity = { nanos: 0n, format: "DecimalSI" };

/** The quantity of a validated text; absent and invalid ones count as zero. */
export function quantityOf(text: QuantityText | undefined): Quantity {
  if (text === undefined) return ZERO;
  const parsed = parseQuantity(text);
  return typeof parsed === "string" ? ZERO : parsed;
}

/** Negative, zero or positive, like `left - right`. */
export function compareQuantities(left: QuantityText | undefined, right: QuantityText | undefined): number {
  if (left === right) return 0;
  const difference = quantityOf(left).nanos - quantityOf(right).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const signOfQuantity = (text: QuantityText | undefined): number => compareQuantities(text, "0");

/** The sum; zero takes on the other's format, as in Go. */
export function addQuantities(left: Quantity, right: Quantity): Quantity {
  return { nanos: left.nanos + right.nanos, format: left.nanos === 0n ? right.format : left.format };
}

/** Go's Value(): whole units, rounded up. */
export const wholeUnits = (quantity: Quantity): bigint => divideUp(quantity.nanos, BILLION);

/** Go's MilliValue(): thousandths, rounded up. */
export const milliUnits = (quantity: Quantity): bigint => divideUp(quantity.nanos, 1_000_000n);

/** Kubernetes holds longer numbers, and large ones with binary suffixes, as decimals. */
const MAX_INTEGER_LENGTH = 18;

/**
 * Whether it is a whole number of units, by Kubernetes' test: by its thousandths, which are odd for values that
 * overflow 64 bits.
 */
export function isWhole(quantity: Quantity): boolean {
  const milli = milliUnits(quantity);
  const low = BigInt.asIntN(64, milli);
  if (low === milli) return milli % 1000n === 0n;
  const digits = String(wholeUnits(quantity)).replace(/^-|0+$/g, "").length;
  return (quantity.format !== "BinarySI" && digits <= MAX_INTEGER_LENGTH) || low % 1000n === 0n;
}

/** In thousandths, rounded up, as a number; 0 if it is absent. */
export const milliValue = (quantity: QuantityText | undefined): number => Number(milliUnits(quantityOf(quantity)));

/** Kubernetes' defaulting rounds values in resource lists up to thousandths. */
export function roundedToMilli(text: QuantityText): string {
  const canonical = canonicalQuantity(text);
  if (!/[nu]|\.[0-9]{4}|e-/i.test(canonical)) return canonical;
  const quantity = quantityOf(canonical);
  return quantity.nanos % 1_000_000n === 0n
    ? canonical
    : formatQuantity({ nanos: milliUnits(quantity) * 1_000_000n, format: quantity.format });
}
