/** A Prometheus histogram: for each of some bounds, how many of the observed values were no larger. */

/** Prometheus' default bounds, for seconds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class Histogram {
  /** Ascending. */
  readonly bounds: readonly number[];
  /** For each bound, the values that are larger than the bound before it; then those larger than all bounds. */
  readonly #within: number[];
  #sum = 0;

  constructor(bounds: readonly number[] = SECONDS) {
    this.bounds = bounds;
    this.#within = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? 0)) bucket++;
    this.#within[bucket] = (this.#within[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  /** Adds the values of a histogram with the same bounds. */
  add(other: Histogram): void {
    for (const [bucket, count] of other.#within.entries()) this.#within[bucket] = (this.#within[bucket] ?? 0) + count;
    this.#sum += other.#sum;
  }

  /** The same values, without the bounds below this one. */
  from(shortest: number): Histogram {
    const dropped = this.bounds.filter((bound) => bound < shortest).length;
    const coarser = new Histogram(this.bounds.slice(dropped));
    for (const [bucket, count] of this.#within.entries()) {
      const at = Math.max(bucket - dropped, 0);
      coarser.#within[at] = (coarser.#within[at] ?? 0) + count;
    }
    coarser.#sum = this.#sum;
    return coarser;
  }

  get sum(): number {
    return this.#sum;
  }

  /** For each bound, including the values counted by the bounds before it; the last counts all values. */
  get counts(): readonly number[] {
    let all = 0;
    return this.#within.map((count) => {
      all += count;
      return all;
    });
  }
}

/** `count` bounds, each `factor` times the one before it. */
export const exponentialBounds = (first: number, factor: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, power) => first * factor ** power);
