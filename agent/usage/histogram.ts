/** A Prometheus histogram: for each of some bounds, how many of the observed values were no larger. */

/** Prometheus' default bounds, for seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Histogram {
  readonly bounds: readonly number[];
  /** For each bound, including the values counted by the bounds before it; the last counts all values. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export const emptyHistogram = (bounds: readonly number[] = SECONDS): Histogram => ({
  bounds,
  counts: new Array(bounds.length + 1).fill(0),
  sum: 0,
});

export const observed = ({ bounds, counts, sum }: Histogram, value: number): Histogram => ({
  bounds,
  counts: counts.map((count, i) => (value <= (bounds[i] ?? Number.POSITIVE_INFINITY) ? count + 1 : count)),
  sum: sum + value,
});
