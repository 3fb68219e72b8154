/**
 * Which events are worth a write. As client-go's recorder of events.k8s.io: the same again makes a series of the one
 * that is, and a series that goes on is only counted. What differs in its note alone is the same.
 */
import type { Event } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import type { Write } from "../../api/store.ts";
import { type EventStamp, eventOf, type SchedulerEvent } from "./event.ts";
import { eventWrite } from "./event-write.ts";

const SERIES_ENDS_MS = 360_000;
const REMEMBERED = 4096;

interface Known {
  readonly event: Stored<Event>;
  count: number;
  last: number;
}

export class EventSeries {
  readonly #known = new Map<string, Known>();

  record(said: SchedulerEvent, stamp: EventStamp): Write | undefined {
    const key = [said.about.metadata.uid, said.type, said.reason, said.action].join(" ");
    const known = this.#known.get(key);
    this.#known.delete(key);
    if (known && stamp.now - known.last < SERIES_ENDS_MS) {
      known.count++;
      known.last = stamp.now;
      this.#known.set(key, known);
      if (known.count > 2) return undefined;
      const time = `${new Date(stamp.now).toISOString().slice(0, -1)}000Z`;
      return eventWrite("replace", { ...known.event, series: { count: known.count, lastObservedTime: time } });
    }
    const event = eventOf(said, stamp);
    this.#known.set(key, { event, count: 1, last: stamp.now });
    const oldest = this.#known.size > REMEMBERED ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#known.delete(oldest);
    return eventWrite("create", event);
  }
}
