/**
 * What a loop's object remembers while it is not in memory: the revision at which it had nothing left to do. The
 * scheduled tick then costs one look at the store, where waking the loop would mean reading everything again.
 */
import type { Revision } from "../../api/store/store.ts";

/** The part of a Durable Object's synchronous storage that is used here. */
interface MarkStorage {
  get(key: string): unknown;
  put(key: string, value: unknown): void;
}

interface Mark {
  readonly revision: Revision;
  /** ms since the epoch. */
  readonly at: number;
}

const KEY = "settled";
/** Everything is checked once in a while all the same: a deployment may have brought new loops. */
const TRUSTED_MS = 3_600_000;

export class SettledMark {
  readonly #storage: MarkStorage;
  readonly #now: () => number;

  constructor(storage: MarkStorage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  /** Whether nothing was left to do at this revision, the store's newest. */
  holds(revision: Revision): boolean {
    const mark = this.#storage.get(KEY) as Mark | undefined;
    return mark?.revision === revision && this.#now() - mark.at < TRUSTED_MS;
  }

  /** Undefined: something is left to do. An unchanged mark is not written again. */
  set(revision: Revision | undefined): void {
    if (revision === undefined || this.holds(revision)) return;
    const mark: Mark = { revision, at: this.#now() };
    this.#storage.put(KEY, mark);
  }
}
