/** CEL's accessors for times and durations, in any time zone. */
import { goQuote } from "../../field-error.ts";
import { isTimeZone, zoneOffset } from "../../time/time-zone.ts";
import type { Declaration } from "../declaration.ts";
import { MINUTE, minutesOf, wholeMillis } from "../values/timestamp-text.ts";
import { CelError, type Duration, type Timestamp } from "../values/values.ts";

const time =
  (read: (date: Date) => number) =>
  ({ nanos }: Timestamp, zone = "UTC") =>
    BigInt(read(inZone(nanos, zone)));

/** A date whose UTC parts are the local time at an offset, or in a zone of the tz database. */
function inZone(nanos: bigint, zone: string): Date {
  const millis = wholeMillis(nanos);
  if (["UTC", "", "Local"].includes(zone)) return new Date(millis);
  if (!zone.includes(":")) return new Date(millis + namedOffset(millis, zone));
  for (const part of [zone.slice(0, zone.indexOf(":")), zone.slice(zone.indexOf(":") + 1)])
    if (!/^[+-]?\d+$/.test(part)) throw new CelError(`strconv.Atoi: parsing ${goQuote(part)}: invalid syntax`);
  return new Date(millis + minutesOf(zone) * MINUTE);
}

function namedOffset(millis: number, zone: string): number {
  const offset = isTimeZone(zone) ? zoneOffset(millis, zone) : undefined;
  if (offset === undefined) throw new CelError(`unknown time zone ${zone}`);
  return offset;
}

const DAY = 86_400_000;

/** A date without a time is at midnight. */
function startOfYear(date: Date): number {
  const start = new Date(0);
  return start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
}

const parts: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - startOfYear(date)) / DAY),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

export const times: readonly Declaration[] = [
  ...Object.entries(parts).flatMap(([name, read]): Declaration[] => [
    [`timestamp.${name}() -> int`, time(read)],
    [`timestamp.${name}(string) -> int`, time(read)],
  ]),
  ["duration.getHours() -> int", ({ nanos }: Duration) => nanos / 3_600_000_000_000n],
  ["duration.getMinutes() -> int", ({ nanos }: Duration) => nanos / 60_000_000_000n],
  ["duration.getSeconds() -> int", ({ nanos }: Duration) => nanos / 1_000_000_000n],
  ["duration.getMilliseconds() -> int", ({ nanos }: Duration) => nanos / 1_000_000n],
];
