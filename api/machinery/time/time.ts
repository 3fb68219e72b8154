/**
 * metav1.Time and metav1.MicroTime: RFC 3339 in, UTC out, with seconds or microseconds. Errors are those of Go's
 * time.Parse.
 */
import { utf8Bytes } from "../encoding/utf8.ts";

const LAYOUTS = { Time: "2006-01-02T15:04:05Z07:00", MicroTime: "2006-01-02T15:04:05.000000Z07:00" } as const;

/** The elements of the layout in order, each with its pattern. */
const ELEMENTS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["2006", /^\d{4}/],
  ["-", /^-/],
  ["01", /^\d{2}/],
  ["-", /^-/],
  ["02", /^\d{2}/],
  ["T", /^T/],
  ["15", /^\d{1,2}/],
  [":", /^:/],
  ["04", /^\d{2}/],
  [":", /^:/],
  ["05", /^\d{2}/],
  ["Z07:00", /^(?:Z|[+-]\d{2}:\d{2})/],
];

/** As Go's package time quotes: bytes that are not printable ASCII in hexadecimal, each. */
const quoted = (text: string): string =>
  `"${text
    .replace(/["\\]/g, "\\$&")
    .replace(/[^ -\x7f]/gu, (character) =>
      Array.from(utf8Bytes(character), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
    )}"`;

type Canonical = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

export function canonicalTime(text: string, precision: keyof typeof LAYOUTS): Canonical {
  if (
    precision === "Time" &&
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}Z$/.test(text)
  ) {
    return { ok: true, text };
  }
  const read = readElements(text, precision);
  if ("message" in read) return { ok: false, message: read.message };
  const seconds = new Date(read.millis).toISOString().replace(/\.\d+Z$/, "");
  return { ok: true, text: precision === "Time" ? `${seconds}Z` : `${seconds}.${read.micros}Z` };
}

function readElements(
  text: string,
  precision: keyof typeof LAYOUTS,
): { millis: number; micros: string } | { message: string } {
  const layout = LAYOUTS[precision];
  const failed = (rest: string, element: string) => ({
    message: `parsing time ${quoted(text)} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(element)}`,
  });
  const parts: string[] = [];
  let rest = text;
  let fraction = "";
  for (const [name, pattern] of ELEMENTS) {
    if (name === "Z07:00") {
      // A MicroTime requires exactly six digits; a Time may have any fraction of a second, which is dropped.
      fraction = (precision === "MicroTime" ? /^[.,]\d{6}(?!\d)/ : /^[.,]\d+/).exec(rest)?.[0] ?? "";
      if (precision === "MicroTime" && fraction === "") return failed(rest, ".000000");
      rest = rest.slice(fraction.length);
    }
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) return failed(rest, name);
    rest = rest.slice(found.length);
    if (/\d|Z/.test(found)) parts.push(found);
  }
  const outOfRange = (what: string) => ({ message: `parsing time ${quoted(text)}: ${what} out of range` });
  if (rest !== "") return { message: `parsing time ${quoted(text)}: extra text: ${quoted(rest)}` };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  if (month < 1 || month > 12) return outOfRange("month");
  if (day < 1 || day > daysIn(year, month)) return outOfRange("day");
  if (hour > 23) return outOfRange("hour");
  if (minute > 59) return outOfRange("minute");
  if (second > 59) return outOfRange("second");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  return { millis: date.getTime() - offsetMillis(parts[6] ?? "Z"), micros: fraction.slice(1, 7).padEnd(6, "0") };
}

const daysIn = (year: number, month: number) => new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();

function offsetMillis(zone: string): number {
  if (zone === "Z") return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):(\d{2})$/.exec(zone) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A moment (ms since the epoch) in whole seconds, as metav1.Time prints it. */
export const timestamp = (now: number): string => `${new Date(now).toISOString().slice(0, 19)}Z`;

/** The same in microseconds, as metav1.MicroTime prints it. */
export const microTimestamp = (now: number): string => `${new Date(now).toISOString().slice(0, -1)}000Z`;
