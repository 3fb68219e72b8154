/**
 * What the recorder of events knows of those that it has written: which one says the same, which say much the same, and
 * how much an object may still cause. The newest of it outlives the object's sleep: without that, what fails every 15
 * seconds would be a new event each time.
 */
import { type Correlations, EventCorrelator } from "../../client/events/event-correlator.ts";
import { Recent } from "../../client/events/recent.ts";
import type { MemoryStorage } from "./memories.ts";

export interface WrittenEvent {
  readonly name: string;
  readonly count: number;
}

const REMEMBERED = 4096;
/** An object that has more to tell than this does not sleep in between. */
const KEPT = 64;
/** Kept in one row, which a burst of events must not write each time. */
const WRITE_EVERY_MS = 1000;
const ROW = "events";

interface Kept extends Correlations {
  readonly written: readonly (readonly [key: string, WrittenEvent])[];
}

export class EventMemory {
  readonly written: Recent<WrittenEvent>;
  readonly correlator: EventCorrelator;
  readonly #storage: MemoryStorage;
  #keptAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
    const kept = storage.get(ROW) as Kept | undefined;
    this.written = new Recent(REMEMBERED, kept?.written);
    this.correlator = new EventCorrelator(kept);
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
    const kept: Kept = { written: this.written.newest(KEPT), ...this.correlator.newest(KEPT) };
    this.#storage.put(ROW, kept);
  }
}
