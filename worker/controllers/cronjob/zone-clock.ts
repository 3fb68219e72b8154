/** What clocks show in a time zone. */

const MINUTE = 60_000;
/** Zones change their clocks by quarters of an hour, at whole ones of UTC. */
const SPAN = 15 * MINUTE;

/** The zone's distance to UTC (ms) at a time (ms). */
export type OffsetAt = (time: number) => number;

const UTC: OffsetAt = () => 0;
const known = new Map<string, Intl.DateTimeFormat>();

/** UTC if there is no such zone. */
export function offsetsOf(timeZone: string | undefined): OffsetAt {
  if (timeZone === undefined || timeZone === "UTC") return UTC;
  const format = formatOf(timeZone);
  if (!format) return UTC;
  let [span, offset] = [Number.NaN, 0];
  return (time) => {
    const start = Math.floor(time / SPAN);
    if (start === span) return offset;
    [span, offset] = [start, readOffset(format, start * SPAN)];
    return offset;
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const made = known.get(timeZone);
  if (made) return made;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    known.set(timeZone, format);
    return format;
  } catch {
    return undefined;
  }
}

/** `03/29/2026, 02:15`, as if it were UTC, less what it is in UTC. */
function readOffset(format: Intl.DateTimeFormat, time: number): number {
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0] = format.format(time).split(/\D+/).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute) - time;
}
