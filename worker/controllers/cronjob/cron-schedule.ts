/** When a cron schedule is due: the latest time up to now, and the next. */
import { parseCronSpec } from "../../../api/resources/batch/cron-spec.ts";
import { nextMatch } from "./next-match.ts";
import { offsetsOf } from "./zone-clock.ts";

/** More missed starts than this are reported as too many, as in Kubernetes. */
const MANY = 100;

export interface Due {
  /** The latest scheduled time in `(after, now]` (ms), if any. */
  readonly latest: number | undefined;
  readonly missedMany: boolean;
  /** The next time after now; undefined: never. */
  readonly next: number | undefined;
}

/** `after` and `now` in ms; undefined if the schedule or time zone is invalid. */
export function dueTimes(
  schedule: string,
  timeZone: string | undefined,
  { after, now }: { readonly after: number; readonly now: number },
): Due | undefined {
  const spec = parseCronSpec(schedule);
  if (typeof spec === "string") return undefined;
  if ("everyMs" in spec) return dueByInterval(spec.everyMs, { after, now });
  // Validation rejects a zone in the schedule of new objects; in old ones it is honoured.
  const offsetAt = offsetsOf(spec.timeZone ?? timeZone);
  const nextAfter = (time: number) => nextMatch(spec.fields, offsetAt, time);
  let [count, latest] = [0, nextAfter(after)];
  if (latest === undefined || latest > now) return { latest: undefined, missedMany: false, next: latest };
  for (let time: number | undefined = latest; time !== undefined && time <= now && count <= MANY; count++) {
    latest = time;
    time = nextAfter(time);
  }
  if (count <= MANY) return { latest, missedMany: false, next: nextAfter(latest) };
  // Far behind: only the last one counts, and the search for it starts from the end.
  const last = lastBefore(nextAfter, now) ?? latest;
  return { latest: last, missedMany: true, next: nextAfter(Math.max(last, now)) };
}

/** Counted from `after`, in whole seconds. */
function dueByInterval(everyMs: number, { after, now }: { readonly after: number; readonly now: number }): Due {
  const start = Math.floor(after / 1000) * 1000;
  const count = Math.floor((now - start) / everyMs);
  const latest = start + count * everyMs;
  return { latest: count > 0 ? latest : undefined, missedMany: count > MANY, next: latest + everyMs };
}

function lastBefore(nextAfter: (time: number) => number | undefined, now: number): number | undefined {
  for (let back = 60_000; back < 5 * 366 * 24 * 3_600_000; back *= 2) {
    let time = nextAfter(now - back);
    if (time === undefined || time > now) continue;
    for (let following: number | undefined = time; following !== undefined && following <= now; ) {
      time = following;
      following = nextAfter(following);
    }
    return time;
  }
  return undefined;
}
