/** How often what was measured was no larger than each of some bounds: a histogram as Prometheus has it. */

/** The usual ones, in seconds; the last of `counts` is of all. */
export const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

export interface Histogram {
  /** By bound, each with those of the bounds before it; then all. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export const EMPTY: Histogram = { counts: new Array(BOUNDS.length + 1).fill(0), sum: 0 };

export const observed = ({ counts, sum }: Histogram, value: number): Histogram => ({
  counts: counts.map((count, i) => (value <= (BOUNDS[i] ?? Number.POSITIVE_INFINITY) ? count + 1 : count)),
  sum: sum + value,
});
