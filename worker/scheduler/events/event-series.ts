/**
 * Which events are worth a write. As client-go's recorder of events.k8s.io: the same again makes a series of the one that is, and a
 * series that goes on is only counted; what it has come to is written every half hour, and when it has ended. What differs in
 * its note alone is the same.
 */
import type { Event } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { microTimestamp } from "../../../api/machinery/time/time.ts";
import type { Write } from "../../../api/store.ts";
import { type EventStamp, eventOf, type SchedulerEvent } from "./event.ts";
import { eventWrite } from "./event-write.ts";

const SERIES_ENDS_MS = 360_000;
const REFRESH_MS = 1_800_000;
const REMEMBERED = 4096;

interface Known {
  readonly event: Stored<Event>;
  count: number;
  last: number;
  writtenAt: number;
}

export class EventSeries {
  readonly #known = new Map<string, Known>();
  /** Those that have come to more than is written. */
  readonly #open = new Set<string>();
  /** Uids of what was told of. */
  readonly #toldOf = new Set<string>();

  /**
   * `isNews`: its object does not say so itself yet. What it says is told already, if not by this life then by one
   * before a sleep.
   */
  record(said: SchedulerEvent, stamp: EventStamp, isNews: boolean): Write | undefined {
    const { uid, resourceVersion } = said.about.metadata;
    const key = [uid, resourceVersion, said.type, said.reason, said.action].join(" ");
    const known = this.#known.get(key);
    this.#known.delete(key);
    if (known && stamp.now - known.last < SERIES_ENDS_MS) {
      known.count++;
      known.last = stamp.now;
      this.#known.set(key, known);
      if (known.count === 2) return seriesWrite(known, stamp.now);
      this.#open.add(key);
      return undefined;
    }
    if (!known && !isNews && !this.#toldOf.has(uid)) return undefined;
    const event = eventOf(said, stamp);
    this.#toldOf.add(uid);
    const longest = this.#toldOf.size > REMEMBERED ? this.#toldOf.values().next().value : undefined;
    if (longest !== undefined) this.#toldOf.delete(longest);
    this.#known.set(key, { event, count: 1, last: stamp.now, writtenAt: stamp.now });
    const oldest = this.#known.size > REMEMBERED ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#forget(oldest);
    return eventWrite("create", event);
  }

  /** What series have come to that have ended, or were not written for long. */
  settle(now: number): Write[] {
    const writes: Write[] = [];
    for (const key of this.#open) {
      const known = this.#known.get(key);
      if (!known || dueOf(known) > now) continue;
      this.#open.delete(key);
      writes.push(seriesWrite(known, now));
      if (known.last + SERIES_ENDS_MS <= now) this.#forget(key);
    }
    return writes;
  }

  /** When {@link settle} will have something to write (ms); undefined: never, as it is now. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const key of this.#open) {
      const known = this.#known.get(key);
      if (known) next = Math.min(next ?? Number.POSITIVE_INFINITY, dueOf(known));
    }
    return next;
  }

  #forget(key: string): void {
    this.#known.delete(key);
    this.#open.delete(key);
  }
}

const dueOf = ({ last, writtenAt }: Known) => Math.min(last + SERIES_ENDS_MS, writtenAt + REFRESH_MS);

function seriesWrite(known: Known, now: number): Write {
  const { event, count, last } = known;
  known.writtenAt = now;
  const lastObservedTime = microTimestamp(last);
  return eventWrite("replace", { ...event, series: { count, lastObservedTime } });
}
