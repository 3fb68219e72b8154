/** Durations as accepted by strfmt: Go's, and Scala's with days, weeks and words. */
import { MAX_DURATION_LENGTH, parseNanos } from "../time/duration-text.ts";

/** Of the last name of a unit only the beginning matters: `nano`, `nanosecond`, `minutes`. */
const UNITS: readonly (readonly [nanos: bigint, ...names: string[]])[] = [
  [1n, "ns", "nano"],
  [1_000n, "us", "\u00b5s", "micro"],
  [1_000_000n, "ms", "milli"],
  [1_000_000_000n, "s", "sec"],
  [60_000_000_000n, "m", "min"],
  [3_600_000_000_000n, "h", "hr", "hour"],
  [86_400_000_000_000n, "d", "day"],
  [604_800_000_000_000n, "w", "wk", "week"],
];

/**
 * Nanoseconds, or undefined if it is not a duration. Anything between amounts, and words that are no units, are
 * ignored.
 */
export function scalaNanos(text: string): bigint | undefined {
  if (text.length > MAX_DURATION_LENGTH) return undefined;
  const plain = parseNanos(text);
  if (plain !== undefined && BigInt.asIntN(64, plain) === plain) return plain;
  let total: bigint | undefined;
  for (const [, amount = "", word = ""] of text.matchAll(/(\d+)\s*([A-Za-z\u00b5]+)/g)) {
    if (BigInt.asIntN(64, BigInt(amount)) !== BigInt(amount)) return undefined;
    const unit = word.toLowerCase();
    for (const [nanos, ...names] of UNITS)
      if (names.some((name, i) => name === unit || (i === names.length - 1 && unit.startsWith(name))))
        total = (total ?? 0n) + BigInt(amount) * nanos;
  }
  return total;
}
