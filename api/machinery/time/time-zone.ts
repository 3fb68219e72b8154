/**
 * Names of time zones, as Go looks them up: by file, so that case matters, which it does not in the platform's own
 * data.
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

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
    return true;
  } catch {
    return false;
  }
}
