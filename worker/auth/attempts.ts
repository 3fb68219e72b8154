/**
 * How often somebody may try: a bucket of attempts that fills up again at a steady rate. Each isolate counts for itself;
 * this keeps guessing from being cheap and a mistaken loop from being loud, and is no proof against many addresses.
 */
export interface AttemptsOptions {
  /** So many at once. */
  readonly burst: number;
  readonly perMinute: number;
}

interface Bucket {
  readonly left: number;
  /** ms since the epoch. */
  readonly at: number;
}

const REMEMBERED = 10_000;

export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  /** Counts an attempt. Answers 0, or the seconds to wait before the next one that will be let through. */
  take(who: string, now: number): number {
    const { burst, perMinute } = this.#options;
    const { left, at } = this.#buckets.get(who) ?? { left: burst, at: now };
    const filled = Math.min(burst, left + ((now - at) / 60_000) * perMinute);
    if (filled < 1) return Math.ceil(Math.round((1 - filled) * (60_000 / perMinute)) / 1000);
    if (this.#buckets.size >= REMEMBERED && !this.#buckets.has(who)) this.#buckets.clear();
    this.#buckets.set(who, { left: filled - 1, at: now });
    return 0;
  }
}
