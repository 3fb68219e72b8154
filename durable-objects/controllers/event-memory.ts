/**
 * What the event recorder knows about events already written: which say the same, which say nearly the same, and how
 * many more an object may cause. The newest of it survives the object's sleep; otherwise whatever fails every 15
 * seconds would produce a new Event each time.
 */
import { type Correlations, EventCorrelator } from "../../client/events/event-correlator.ts";
import { Recent } from "../../client/events/recent.ts";
import type { MemoryStorage } from "./plan-memory.ts";

export interface WrittenEvent {
  readonly name: string;
  readonly count: number;
}

const REMEMBERED = 4096;
/** With more pending events than this, the object stays awake. */
const KEPT = 64;
/** Stored in one row, which a burst of events must not write each time. */
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

  /** Schedules a save of what is known now. */
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
