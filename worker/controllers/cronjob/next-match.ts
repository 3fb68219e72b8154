/**
 * When the clock of a time zone next shows a time that a schedule matches. A time that the clock skips on a day does
 * not occur on that day; one that it repeats occurs twice.
 */
import type { CronFields } from "../../../api/resources/batch/cron-spec.ts";
import type { OffsetAt } from "./zone-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Nothing that comes later is looked for, as in Kubernetes. */
const YEARS_AHEAD = 5;

/** The next time (ms) after `after`; undefined: never. */
export function nextMatch(fields: CronFields, offsetAt: OffsetAt, after: number): number | undefined {
  const shown = (time: number) => new Date(time + offsetAt(time));
  let time = (Math.floor(after / MINUTE) + 1) * MINUTE;
  const lastYear = shown(after).getUTCFullYear() + YEARS_AHEAD;
  for (let clock = shown(time); clock.getUTCFullYear() <= lastYear; clock = shown(time)) {
    if (!fields.month.values.has(clock.getUTCMonth() + 1))
      time = laterThisMonth(time, clock) ?? laterOrNextDay(time, clock);
    else if (!isDay(fields, clock)) time = laterOrNextDay(time, clock);
    else if (!fields.hour.values.has(clock.getUTCHours())) time += HOUR - clock.getUTCMinutes() * MINUTE;
    else if (!fields.minute.values.has(clock.getUTCMinutes())) time += MINUTE;
    else return time;
  }
  return undefined;
}

/** Both must match, or where both name days either. */
function isDay({ day, weekday }: CronFields, clock: Date): boolean {
  const [byDay, byWeekday] = [day.values.has(clock.getUTCDate()), weekday.values.has(clock.getUTCDay())];
  return day.isOpen || weekday.isOpen ? byDay && byWeekday : byDay || byWeekday;
}

/** Near the month's end, if it is not there yet: no day has to be looked at before. */
const laterThisMonth = (time: number, clock: Date): number | undefined =>
  clock.getUTCDate() < 27 ? time + (27 - clock.getUTCDate()) * 24 * HOUR : undefined;

/** A whole hour near the day's end, since a day may be an hour shorter, and from there on the next one. */
const laterOrNextDay = (time: number, clock: Date): number =>
  time + Math.max(1, 22 - clock.getUTCHours()) * HOUR - clock.getUTCMinutes() * MINUTE;
