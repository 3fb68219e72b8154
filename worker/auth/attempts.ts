/**
 * Rate limit for attempts: a token bucket that refills at a steady rate. Each isolate counts for itself. This makes
 * guessing expensive and keeps runaway loops quiet; it does not protect against many addresses.
 */
export interface AttemptsOptions {
  /** Attempts allowed at once. */
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

  /** Counts an attempt. Returns 0 if it is allowed, else the seconds until the next one would be. */
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
