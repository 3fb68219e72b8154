/**
 * Correlates similar events like client-go's recorder: what keeps failing with ever different messages costs a handful
 * of events and not one per second.
 */
import { Recent } from "./recent.ts";

/** This many different messages of one kind are recorded individually. */
const MAX_MESSAGES = 9;
const REMEMBERED_MS = 600_000;
/** How many events about one object may be recorded at once, and after that one per interval. */
const BURST = 25;
const REFILL_MS = 300_000;
const MAX_ENTRIES = 4096;

/** Similar events about one object, with different messages. */
interface SimilarEvents {
  readonly messages: ReadonlySet<string>;
  /** ms. */
  readonly last: number;
}

/** An object's remaining allowance. */
interface Bucket {
  readonly tokens: number;
  /** ms. */
  readonly since: number;
}

/** The state that one correlator passes on to the next, newest last. */
export interface Correlations {
  readonly similar: readonly (readonly [key: string, SimilarEvents])[];
  readonly buckets: readonly (readonly [key: string, Bucket])[];
}

export interface Correlated {
  readonly message: string;
  /** Whether it is combined with all others of its kind. */
  readonly isCombined: boolean;
}

export class EventCorrelator {
  readonly #similar: Recent<SimilarEvents>;
  readonly #buckets: Recent<Bucket>;

  constructor(before?: Correlations) {
    this.#similar = new Recent(MAX_ENTRIES, before?.similar);
    this.#buckets = new Recent(MAX_ENTRIES, before?.buckets);
  }

  /** `kind` is everything that similar events have in common, without the message. */
  correlate(kind: string, message: string, now: number): Correlated {
    const known = this.#similar.get(kind);
    const messages = new Set(known && now - known.last <= REMEMBERED_MS ? known.messages : []);
    const isCombined = messages.size >= MAX_MESSAGES && !messages.has(message);
    if (!isCombined) messages.add(message);
    this.#similar.set(kind, { messages, last: now });
    return { message: isCombined ? `(combined from similar events): ${message}` : message, isCombined };
  }

  /** Whether one more event about the object is allowed now; if so, counts it. */
  admits(about: string, now: number): boolean {
    const { tokens: before, since } = this.#buckets.get(about) ?? { tokens: BURST, since: now };
    const tokens = Math.min(BURST, before + (now - since) / REFILL_MS);
    const isAdmitted = tokens >= 1;
    this.#buckets.set(about, { tokens: isAdmitted ? tokens - 1 : tokens, since: now });
    return isAdmitted;
  }

  /** The most recent entries of each. */
  newest(count: number): Correlations {
    return { similar: this.#similar.newest(count), buckets: this.#buckets.newest(count) };
  }
}
