/**
 * How Go holds a quantity: as an int64 times a power of ten, or as a decimal of any length. Only the first kind is ever
 * an integer to those who ask for one, so `1.5Gi` and `1000m` are none (resource.Quantity.AsInt64).
 */
import { exactValue, type Parts } from "./quantity.ts";

export interface HeldQuantity {
  /** `value` × 10^`scale`. */
  readonly value: bigint;
  readonly scale: number;
  readonly isInt64: boolean;
}

/** What a decimal is rounded to. */
const NANO = -9;
const INT64_DIGITS = 18;

const fits = (value: bigint): boolean => BigInt.asIntN(64, value) === value;

export function heldQuantity(parts: Parts): HeldQuantity {
  const short = shortForm(parts);
  if (short && fits(short.value))
    return { value: parts.negative ? -short.value : short.value, scale: short.scale, isInt64: true };
  const { nanos } = exactValue(parts);
  return { value: nanos, scale: nanos === 0n ? 0 : NANO, isInt64: false };
}

/** Go's fast path, for few digits. */
function shortForm({ whole, fraction, exponent, base }: Parts): Pick<HeldQuantity, "value" | "scale"> | undefined {
  const digits = (whole || "0") + fraction;
  if (base === 10) {
    const scale = exponent - fraction.length;
    return digits.length <= INT64_DIGITS && scale >= NANO ? { value: BigInt(digits), scale } : undefined;
  }
  const precision = 15 - digits.length - Math.trunc((exponent * 3) / 10) - 1;
  if (fraction !== "" || precision < 0) return undefined;
  return { value: BigInt(digits) << BigInt(exponent), scale: 0 };
}

export function asInt64({ value, scale, isInt64 }: HeldQuantity): bigint | undefined {
  if (!isInt64 || scale < 0 || scale > INT64_DIGITS) return undefined;
  const whole = value * 10n ** BigInt(scale);
  return fits(whole) ? whole : undefined;
}

export const asFloat = ({ value, scale }: HeldQuantity): number =>
  scale === 0 ? Number(value) : Number(value) * Number(`1e${scale}`);

export const ofInt64 = (value: bigint): HeldQuantity => ({ value, scale: 0, isInt64: true });

export function sumHeld(a: HeldQuantity, b: HeldQuantity): HeldQuantity {
  const isInt64 = a.isInt64 && b.isInt64;
  if (isInt64 && b.value === 0n) return a;
  if (isInt64 && a.value === 0n) return b;
  const scale = Math.min(a.scale, b.scale);
  const [left, right] = [a, b].map((each) => each.value * 10n ** BigInt(each.scale - scale)) as [bigint, bigint];
  const value = left + right;
  return { value, scale, isInt64: isInt64 && fits(left) && fits(right) && fits(value) };
}

export const negated = (held: HeldQuantity): HeldQuantity => ({ ...held, value: -held.value });
