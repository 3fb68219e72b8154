/**
 * Which events are worth a write. Like client-go's recorder of events.k8s.io: a repeated event turns the existing one
 * into a series, and a running series is only counted; its count is written every half hour, and when it has ended.
 * Events that differ only in their note are the same.
 */
import type { Event } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { microTimestamp } from "../../../api/machinery/time/time.ts";
import type { Revision, Write } from "../../../api/store/store.ts";
import type { Change } from "../requests/scheduler-request.ts";
import { type EventStamp, eventOf, type SchedulerEvent } from "./event.ts";
import { eventChange } from "./event-write.ts";

const SERIES_ENDS_MS = 360_000;
const REFRESH_MS = 1_800_000;
const REMEMBERED = 4096;

interface Known {
  readonly event: Stored<Event>;
  /** Of the event as it was last written directly; absent: it never was. */
  revision?: Revision;
  count: number;
  last: number;
  writtenAt: number;
}

export class EventSeries {
  readonly #known = new Map<string, Known>();
  /** Series whose count exceeds what is written. */
  readonly #open = new Set<string>();
  readonly #writes = new WeakMap<Write, Known>();
  /** Uids of reported objects. */
  readonly #reported = new Set<string>();

  /**
   * `isNew`: the object's status does not say so yet. Otherwise it has been reported, if not by this instance then by
   * one before a sleep.
   */
  record(occurrence: SchedulerEvent, stamp: EventStamp, isNew: boolean): Change | undefined {
    const { uid, resourceVersion } = occurrence.about.metadata;
    const key = [uid, resourceVersion, occurrence.type, occurrence.reason, occurrence.action].join(" ");
    const known = this.#known.get(key);
    this.#known.delete(key);
    if (known && stamp.now - known.last < SERIES_ENDS_MS) {
      known.count++;
      known.last = stamp.now;
      this.#known.set(key, known);
      if (known.count === 2) return this.#seriesChange(known, stamp.now);
      this.#open.add(key);
      return undefined;
    }
    if (!known && !isNew && !this.#reported.has(uid)) return undefined;
    const event = eventOf(occurrence, stamp);
    this.#reported.add(uid);
    const longest = this.#reported.size > REMEMBERED ? this.#reported.values().next().value : undefined;
    if (longest !== undefined) this.#reported.delete(longest);
    const first: Known = { event, count: 1, last: stamp.now, writtenAt: stamp.now };
    this.#known.set(key, first);
    const oldest = this.#known.size > REMEMBERED ? this.#known.keys().next().value : undefined;
    if (oldest !== undefined) this.#forget(oldest);
    return this.#note(first, eventChange("create", event));
  }

  /** A write was committed as it was. */
  written(write: Write, revision: Revision): void {
    const known = this.#writes.get(write);
    if (known) known.revision = revision;
  }

  /** The counts of series that have ended, or have not been written for long. */
  settle(now: number): Change[] {
    const writes: Change[] = [];
    for (const key of this.#open) {
      const known = this.#known.get(key);
      if (!known || dueOf(known) > now) continue;
      this.#open.delete(key);
      writes.push(this.#seriesChange(known, now));
      if (known.last + SERIES_ENDS_MS <= now) this.#forget(key);
    }
    return writes;
  }

  /** When {@link settle} will next have something to write (ms); undefined: never, as things are. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const key of this.#open) {
      const known = this.#known.get(key);
      if (known) next = Math.min(next ?? Number.POSITIVE_INFINITY, dueOf(known));
    }
    return next;
  }

  #seriesChange(known: Known, now: number): Change {
    const { event, count, last, revision } = known;
    known.writtenAt = now;
    const series = { count, lastObservedTime: microTimestamp(last) };
    return this.#note(known, eventChange("replace", { ...event, series }, revision));
  }

  #note(known: Known, change: Change): Change {
    this.#writes.set(change.write, known);
    return change;
  }

  #forget(key: string): void {
    this.#known.delete(key);
    this.#open.delete(key);
  }
}

const dueOf = ({ last, writtenAt }: Known) => Math.min(last + SERIES_ENDS_MS, writtenAt + REFRESH_MS);
