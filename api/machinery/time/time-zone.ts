/**
 * Time zones by name. Go looks them up by file, so that case matters, which it does not in the platform's own data.
 */

const ALONE: ReadonlySet<string> = new Set(
  (
    "CET CST6CDT Cuba EET EST EST5EDT Egypt Eire Factory GB GB-Eire GMT GMT+0 GMT-0 GMT0 Greenwich HST Hongkong Iceland Iran Israel " +
    "Jamaica Japan Kwajalein Libya MET MST MST7MDT NZ NZ-CHAT Navajo PRC PST8PDT Poland Portugal ROC ROK Singapore Turkey UCT UTC " +
    "Universal W-SU WET Zulu"
  ).split(" "),
);
/** For names with an area: `Port-au-Prince`, `Dar_es_Salaam`, `US/Central`, `Etc/GMT+1`. */
const WORD = /^(?:[A-Z][a-z]\w*|of|de|es|au|da|US|ACT|NSW|LHI|UTC|UCT|GMT(?:[+-]?\d+)?)$/;

/** Whether there is a zone of this name. "Local", which Go also accepts, does not count. */
export function isTimeZone(name: string): boolean {
  if (!name.includes("/")) return ALONE.has(name);
  const words = name.split("/").flatMap((part) => (part.startsWith("GMT") ? [part] : part.split(/[_-]/)));
  return words.every((word) => WORD.test(word)) && isKnown(name);
}

const isKnown = (name: string): boolean => formatOf(name) !== undefined;

/** How far a zone is ahead of UTC at a time (both in ms); undefined if there is none of that name. */
export function zoneOffset(time: number, timeZone: string): number | undefined {
  // `3/29/2026, 02:15:30`
  const shown = formatOf(timeZone)?.format(time);
  if (shown === undefined) return undefined;
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = shown.split(/\D+/).map(Number);
  // Date.UTC takes the years before 100 for those of the last century.
  const local = new Date(0);
  local.setUTCFullYear(year, month - 1, day);
  return local.setUTCHours(hour, minute, second) - Math.floor(time / 1000) * 1000;
}

/** There are 600 zones. Making one of these takes a hundred times as long as using it. */
const MAX_FORMATS = 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Names of no zone are not kept: they may be long, and never end. */
function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = newFormat(timeZone);
  if (!format) return undefined;
  if (formats.size >= MAX_FORMATS) formats.clear();
  formats.set(timeZone, format);
  return format;
}

function newFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return undefined;
  }
}
