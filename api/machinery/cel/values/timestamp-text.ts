/** Parsing and printing of times in expressions (Go's RFC 3339): each remembers its UTC offset. */
import { CelError, Timestamp } from "./values.ts";

/** Kubernetes' times range from year 1 to 9999. */
const FIRST = -62_135_596_800_000_000_000n;
const LAST = 253_402_300_799_999_999_999n;
export const timestamp = (nanos: bigint, offset = 0): Timestamp => {
  if (nanos < FIRST || nanos > LAST) throw new CelError("timestamp overflow");
  return new Timestamp(nanos, offset);
};

export const MINUTE = 60_000;

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-](?:[01]\d|2[0-4]):[0-5]\d)$/;

export function parseTimestamp(text: string): Timestamp {
  const match = RFC3339.exec(text);
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (match ?? []).slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDay = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  if (!match || !isDay || hour > 23 || minute > 59 || second > 59)
    throw new CelError(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  const offset = minutesOf(match[8] ?? "Z");
  date.setUTCHours(hour, minute - offset, second);
  const nanos = (match[7] ?? "").slice(0, 9).padEnd(9, "0");
  return timestamp(BigInt(date.getTime()) * 1_000_000n + BigInt(nanos), offset);
}

/** `+05:30` in minutes; 0 if it is not an offset. */
export function minutesOf(zone: string): number {
  const [, hours, minutes] = /^([+-]?\d+):([+-]?\d+)$/.exec(zone) ?? [];
  return Number(hours ?? 0) * 60 + (zone.startsWith("-") ? -1 : 1) * Number(minutes ?? 0);
}

export function showTimestamp({ nanos, offset }: Timestamp): string {
  const millis = BigInt(wholeMillis(nanos)) + BigInt(offset * MINUTE);
  const fraction = String(((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const seconds = new Date(Number(millis)).toISOString().slice(0, 19);
  return `${seconds}${fraction === "" ? "" : `.${fraction}`}${showOffset(offset)}`;
}

/** Rounded down, also before 1970. */
export const wholeMillis = (nanos: bigint): number =>
  Number((nanos - (((nanos % 1_000_000n) + 1_000_000n) % 1_000_000n)) / 1_000_000n);

function showOffset(minutes: number): string {
  if (minutes === 0) return "Z";
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
