/**
 * What is told of many events that resemble each other, as client-go's recorder has it: what fails over and over, each
 * time in other words, costs a handful of events and not one a second.
 */
import { Recent } from "./recent.ts";

/** So many different messages of one kind are told by themselves. */
const MOST_MESSAGES = 9;
const REMEMBERED_MS = 600_000;
/** So much may be told of one object at once, and then one more in so long. */
const BURST = 25;
const REFILL_MS = 300_000;
const LONGEST_MEMORY = 4096;

/** Messages that said what they say about one object, in other words. */
interface SimilarEvents {
  readonly messages: ReadonlySet<string>;
  /** ms. */
  readonly last: number;
}

/** What an object may still cause. */
interface Bucket {
  readonly tokens: number;
  /** ms. */
  readonly since: number;
}

/** What one correlator passes on to the next, the newest last. */
export interface Correlations {
  readonly similar: readonly (readonly [key: string, SimilarEvents])[];
  readonly buckets: readonly (readonly [key: string, Bucket])[];
}

export interface Correlated {
  readonly message: string;
  /** Whether it is one event with all others of its kind. */
  readonly isCombined: boolean;
}

export class EventCorrelator {
  readonly #similar: Recent<SimilarEvents>;
  readonly #buckets: Recent<Bucket>;

  constructor(before?: Correlations) {
    this.#similar = new Recent(LONGEST_MEMORY, before?.similar);
    this.#buckets = new Recent(LONGEST_MEMORY, before?.buckets);
  }

  /** `kind` is all that events are alike in but for their message. */
  correlate(kind: string, message: string, now: number): Correlated {
    const known = this.#similar.get(kind);
    const messages = new Set(known && now - known.last <= REMEMBERED_MS ? known.messages : []);
    const isCombined = messages.size >= MOST_MESSAGES && !messages.has(message);
    if (!isCombined) messages.add(message);
    this.#similar.set(kind, { messages, last: now });
    return { message: isCombined ? `(combined from similar events): ${message}` : message, isCombined };
  }

  /** Whether one more may be told of the object now, and if so, that it is. */
  admits(about: string, now: number): boolean {
    const { tokens: before, since } = this.#buckets.get(about) ?? { tokens: BURST, since: now };
    const tokens = Math.min(BURST, before + (now - since) / REFILL_MS);
    const isAdmitted = tokens >= 1;
    this.#buckets.set(about, { tokens: isAdmitted ? tokens - 1 : tokens, since: now });
    return isAdmitted;
  }

  /** The last so many of each. */
  newest(count: number): Correlations {
    return { similar: this.#similar.newest(count), buckets: this.#buckets.newest(count) };
  }
}
