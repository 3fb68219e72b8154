/**
 * What the recorder of events knows of those that it has written: which one says the same, which say much the same, and
 * how much an object may still cause. The newest of it outlives the object's sleep, without which what fails every 15 seconds would be a new
 * event each time.
 */
import type { MemoryStorage } from "./memories.ts";
import { Recent } from "./recent.ts";

export interface WrittenEvent {
  readonly name: string;
  readonly count: number;
}

export interface Bucket {
  readonly tokens: number;
  /** ms since the epoch. */
  readonly since: number;
}

/** Messages that said what they say about one object, in other words. */
export interface SimilarEvents {
  readonly messages: ReadonlySet<string>;
  /** ms since the epoch. */
  readonly last: number;
}

const REMEMBERED = 4096;
/** An object that has more to tell than this does not sleep in between. */
const KEPT = 64;
/** Kept in one row, which a burst of events must not write each time. */
const WRITE_EVERY_MS = 1000;
const ROW = "events";

interface Kept {
  readonly written: readonly (readonly [key: string, WrittenEvent])[];
  readonly buckets: readonly (readonly [key: string, Bucket])[];
  readonly similar: readonly (readonly [key: string, SimilarEvents])[];
}

export class EventMemory {
  readonly written = new Recent<WrittenEvent>(REMEMBERED);
  readonly buckets = new Recent<Bucket>(REMEMBERED);
  readonly similar = new Recent<SimilarEvents>(REMEMBERED);
  readonly #storage: MemoryStorage;
  #keptAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
    const kept = storage.get(ROW) as Kept | undefined;
    for (const [key, event] of kept?.written ?? []) this.written.set(key, event);
    for (const [key, bucket] of kept?.buckets ?? []) this.buckets.set(key, bucket);
    for (const [key, similar] of kept?.similar ?? []) this.similar.set(key, similar);
  }

  /** Keeps what is known now, soon. */
  keep(now: number): void {
    if (this.#timer !== undefined) return;
    if (now - this.#keptAt >= WRITE_EVERY_MS) {
      this.#write(now);
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#write(now + WRITE_EVERY_MS);
    }, WRITE_EVERY_MS);
  }

  #write(now: number): void {
    this.#keptAt = now;
    const kept: Kept = {
      written: this.written.newest(KEPT),
      buckets: this.buckets.newest(KEPT),
      similar: this.similar.newest(KEPT),
    };
    this.#storage.put(ROW, kept);
  }
}
