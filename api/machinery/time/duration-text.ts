/** Go's durations with all their nanoseconds. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};
const PARTS = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
/** In a longer text it could take long to find no parts. */
export const MAX_DURATION_LENGTH = 1000;

/** Nanoseconds, or undefined if it is not a duration. */
export function parseNanos(text: string): bigint | undefined {
  if (text.length > MAX_DURATION_LENGTH) return undefined;
  const [, sign, rest = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
  if (rest === "0") return 0n;
  if (rest === "" || rest.replace(PARTS, "") !== "") return undefined;
  let nanos = 0n;
  for (const [, amount = "", unit = ""] of rest.matchAll(PARTS)) {
    const [whole = "0", fraction = ""] = amount.split(".");
    const size = UNITS[unit] ?? 1;
    nanos +=
      BigInt(whole === "" ? "0" : whole) * BigInt(size) + BigInt(Math.trunc(Number(`0.${fraction || "0"}`) * size));
  }
  return sign === "-" ? -nanos : nanos;
}

const BILLION = 1_000_000_000n;

/** As CEL prints durations: in seconds, `3.5s`, as a double, which rounds many digits. */
export function formatDuration(nanos: bigint): string {
  const seconds = String(Number(nanos / BILLION) + Number(nanos % BILLION) / 1e9);
  return seconds.includes("e") ? `${plainSeconds(nanos)}s` : `${seconds}s`;
}

/** Less than a microsecond. */
function plainSeconds(nanos: bigint): string {
  const abs = nanos < 0n ? -nanos : nanos;
  return `${nanos < 0n ? "-" : ""}0.${String(abs).padStart(9, "0").replace(/0+$/, "")}`;
}
