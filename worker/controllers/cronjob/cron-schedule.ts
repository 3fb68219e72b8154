/** When a cron schedule is due: robfig/cron's standard syntax, as used by Kubernetes. */
import { Cron } from "croner";
import { parseDuration } from "../../../api/machinery/time/duration.ts";

const EVERY = /^@every\s+(.+)$/;
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
  const cron = parse(schedule, timeZone);
  if (!cron) return undefined;
  let [count, latest] = [0, cron.nextRun(new Date(after))?.getTime()];
  if (latest === undefined || latest > now) return { latest: undefined, missedMany: false, next: latest };
  for (let time: number | undefined = latest; time !== undefined && time <= now && count <= MANY; count++) {
    latest = time;
    time = cron.nextRun(new Date(time))?.getTime();
  }
  const nextAfter = (time: number) => cron.nextRun(new Date(time))?.getTime();
  if (count <= MANY) return { latest, missedMany: false, next: nextAfter(latest) };
  // Far behind: only the last one counts, and the search for it starts from the end.
  const last = lastBefore(cron, now) ?? latest;
  return { latest: last, missedMany: true, next: nextAfter(Math.max(last, now)) };
}

interface Runs {
  nextRun(from: Date): Date | null;
}

function parse(schedule: string, timeZone: string | undefined): Runs | undefined {
  // Validation rejects a zone in the schedule of new objects; in old ones it is honoured.
  const [, zone, rest] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(schedule) ?? [];
  const pattern = rest ?? schedule;
  const every = EVERY.exec(pattern)?.[1];
  if (every !== undefined) return interval(parseDuration(every));
  try {
    return new Cron(pattern.replace(/\?/g, "*"), { paused: true, mode: "5-part", timezone: timeZone ?? zone ?? "UTC" });
  } catch {
    return undefined;
  }
}

/** Whole seconds, at least one, counted from `after`. */
function interval(every: number | undefined): Runs | undefined {
  if (every === undefined) return undefined;
  const step = Math.max(1000, Math.floor(every / 1000) * 1000);
  return { nextRun: (from) => new Date(Math.floor(from.getTime() / 1000) * 1000 + step) };
}

function lastBefore(cron: Runs, now: number): number | undefined {
  for (let back = 60_000; back < 5 * 366 * 24 * 3_600_000; back *= 2) {
    let time = cron.nextRun(new Date(now - back))?.getTime();
    if (time === undefined || time > now) continue;
    for (let following: number | undefined = time; following !== undefined && following <= now; ) {
      time = following;
      following = cron.nextRun(new Date(following))?.getTime();
    }
    return time;
  }
  return undefined;
}
