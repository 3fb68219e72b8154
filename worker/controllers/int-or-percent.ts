/** A percentage of a total, as in `25%`, or a plain number, rounded as the caller needs. */
export function scaledValue(value: number | string | undefined, total: number, rounding: "up" | "down"): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  if (!value.endsWith("%")) return Number.parseInt(value, 10) || 0;
  const share = (Number.parseInt(value, 10) * total) / 100;
  return rounding === "up" ? Math.ceil(share) : Math.floor(share);
}
