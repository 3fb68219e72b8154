/** What clocks show in a time zone. */
import { zoneOffset } from "../../../api/machinery/time/time-zone.ts";

const MINUTE = 60_000;
/** Zones change their clocks by quarters of an hour, at whole ones of UTC. */
const SPAN = 15 * MINUTE;

/** The zone's distance to UTC (ms) at a time (ms). */
export type OffsetAt = (time: number) => number;

const UTC: OffsetAt = () => 0;

/** UTC if there is no such zone. */
export function offsetsOf(timeZone: string | undefined): OffsetAt {
  if (timeZone === undefined || timeZone === "UTC") return UTC;
  let [span, offset] = [Number.NaN, 0];
  return (time) => {
    const start = Math.floor(time / SPAN);
    if (start === span) return offset;
    [span, offset] = [start, zoneOffset(start * SPAN, timeZone) ?? 0];
    return offset;
  };
}
