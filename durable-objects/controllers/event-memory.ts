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
const MAX_SAVED = 64;
/** Stored in one row, which a burst of events must not write each time. */
const WRITE_EVERY_MS = 1000;
const ROW = "events";

interface Saved extends Correlations {
  readonly written: readonly (readonly [key: string, WrittenEvent])[];
}

export class EventMemory {
  readonly written: Recent<WrittenEvent>;
  readonly correlator: EventCorrelator;
  readonly #storage: MemoryStorage;
  #savedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
    const saved = storage.get(ROW) as Saved | undefined;
    this.written = new Recent(REMEMBERED, saved?.written);
    this.correlator = new EventCorrelator(saved);
  }

  /** Schedules a save of what is known now. */
  save(now: number): void {
    if (this.#timer !== undefined) return;
    if (now - this.#savedAt >= WRITE_EVERY_MS) {
      this.#write(now);
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#write(now + WRITE_EVERY_MS);
    }, WRITE_EVERY_MS);
  }

  #write(now: number): void {
    this.#savedAt = now;
    const memory: Saved = { written: this.written.newest(MAX_SAVED), ...this.correlator.newest(MAX_SAVED) };
    this.#storage.put(ROW, memory);
  }
}
