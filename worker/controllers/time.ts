/** metav1.Time on the clocks of a time zone, with its distance to UTC; in UTC where there is no such zone. */
import { timestamp } from "../../api/machinery/time/time.ts";

export function zonedTimeText(ms: number, timeZone: string | undefined): string {
  const minutes = offsetOf(ms, timeZone);
  if (minutes === 0) return timestamp(ms);
  const [hour, minute] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  const distance = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
  return `${timestamp(ms + minutes * 60_000).slice(0, -1)}${minutes < 0 ? "-" : "+"}${distance}`;
}

/** Minutes that the zone is ahead of UTC at that time. */
function offsetOf(ms: number, timeZone: string | undefined): number {
  if (!timeZone) return 0;
  try {
    const format = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" });
    const name = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  } catch {
    return 0;
  }
}

/** ms since the epoch; undefined for an absent or unreadable time. */
export function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** The earliest of those times that are. */
export function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `{wakeAt}` where there is a time. */
export const waking = (...times: readonly (number | undefined)[]): { wakeAt?: number } => {
  const wakeAt = earliest(...times);
  return wakeAt === undefined ? {} : { wakeAt };
};
