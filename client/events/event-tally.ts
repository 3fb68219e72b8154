/** What has been recorded, and how often: a repetition only raises the count. */
import { timestamp } from "../../api/machinery/time/time.ts";
import { EventStamps } from "./event-stamps.ts";
import { Recent } from "./recent.ts";

export interface Tallied {
  /** Of the event. */
  readonly name: string;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: number;
}

const MAX_ENTRIES = 2000;

export class EventTally {
  readonly #counts = new Recent<Tallied>(MAX_ENTRIES);
  readonly #stamps = new EventStamps();

  /** Events with the same key are one. `about`: its object's name; `now`: ms since the epoch. */
  count(key: string, about: string, now: number): Tallied {
    const lastTimestamp = timestamp(now);
    const before = this.#counts.get(key);
    const { name, firstTimestamp, count } = before ?? {
      name: `${about}.${this.#stamps.next(now)}`,
      firstTimestamp: lastTimestamp,
      count: 0,
    };
    const tallied = { name, firstTimestamp, lastTimestamp, count: count + 1 };
    this.#counts.set(key, tallied);
    return tallied;
  }
}
