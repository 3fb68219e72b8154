/** Conversions between metav1.Time and milliseconds, and the UTC offset of a time zone. */

import { timestamp } from "../../api/machinery/time/time.ts";
import { zoneOffset } from "../../api/machinery/time/time-zone.ts";

export function zonedTimeText(ms: number, timeZone: string | undefined): string {
  const minutes = offsetOf(ms, timeZone);
  if (minutes === 0) return timestamp(ms);
  const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const distance = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  return `${timestamp(ms + minutes * 60_000).slice(0, -1)}${minutes < 0 ? "-" : "+"}${distance}`;
}

/** Minutes by which the zone is ahead of UTC at that time; 0 if there is no such zone. */
const offsetOf = (ms: number, timeZone: string | undefined): number =>
  timeZone ? Math.trunc((zoneOffset(ms, timeZone) ?? 0) / 60_000) : 0;

/** ms since the epoch; undefined if the time is absent or invalid. */
export function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The earliest of those times that are defined. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `{wakeAt}` if any of the times is defined. */
export const earliestWake = (...times: readonly (number | undefined)[]): { wakeAt?: number } => {
  const wakeAt = earliest(...times);
  return wakeAt === undefined ? {} : { wakeAt };
};
