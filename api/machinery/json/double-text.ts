/** Floating-point numbers as Go prints them. */

/** Below this exponent, Go uses scientific notation. */
const SMALLEST_PLAIN = -4;
const MAX_PLAIN_EXPONENT = 6;

export function showDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const exponent = Number(value.toExponential().split("e")[1]);
  const isLong = exponent < SMALLEST_PLAIN || exponent >= MAX_PLAIN_EXPONENT;
  return isLong ? value.toExponential().replace(/e([+-])(\d)$/, "e$10$2") : String(value);
}
