/** Go's durations as text: `1h15m30.5s`, `300ms`, `-1.5h`. In milliseconds, with fractions for smaller units. */
import { goQuote } from "../field-error.ts";

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * One amount with its unit. Anybody may send a text of any length: only anchored, and with one way to read a number, does
 * it take no longer than the text is.
 */
const PART = "(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h)";
const WHOLE = new RegExp(`^(?:${PART})+$`);
const ALL_BUT_LAST = new RegExp(`^(?:${PART}(?=[0-9.]))*`);

/** Milliseconds, or undefined if Go's time.ParseDuration rejects the text. */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const unsigned = text.replace(/^[-+]/, "");
  if (unsigned === "0") return 0;
  if (!WHOLE.test(unsigned)) return undefined;
  let total = 0;
  for (const [, number, unit = ""] of unsigned.matchAll(/([0-9.]+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g))
    total += Number(number) * (UNITS[unit] ?? 0);
  return sign * total;
}

/** The error of time.ParseDuration for a text that parseDuration does not accept. */
export function durationProblem(text: string): string {
  const rest = text.replace(/^[-+]/, "").replace(ALL_BUT_LAST, "");
  const [, unit] = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)([^0-9.]*)/.exec(rest) ?? [];
  if (unit === undefined) return `time: invalid duration ${goQuote(text)}`;
  if (unit === "") return `time: missing unit in duration ${goQuote(text)}`;
  if (!(unit in UNITS)) return `time: unknown unit ${goQuote(unit)} in duration ${goQuote(text)}`;
  return `time: invalid duration ${goQuote(text)}`;
}

/** As Go prints a time.Duration, which is a number of nanoseconds: `1h0m0s`, `1.5s`, `250ms`, `0s`. */
export const formatDuration = (milliseconds: number): string => printed(Math.round(milliseconds * 1e6) / 1e6);

function printed(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  if (milliseconds < 0) return `-${printed(-milliseconds)}`;
  if (milliseconds < 1e-3) return `${Math.round(milliseconds * 1e6)}ns`;
  if (milliseconds < 1) return `${trimmed(milliseconds * 1e3)}µs`;
  if (milliseconds < 1000) return `${trimmed(milliseconds)}ms`;
  const seconds = milliseconds / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${trimmed(seconds % 60)}s`;
  return hours > 0 ? `${hours}h${minutes}m${rest}` : minutes > 0 ? `${minutes}m${rest}` : rest;
}

const trimmed = (value: number) => String(Number(value.toFixed(9)));

/**
 * An age as printed in tables (k8s.io/apimachinery/pkg/util/duration, HumanDuration): `5s`, `3m20s`, `15m`, `2d3h`,
 * `400d`.
 */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / 1000);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return joined(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(seconds / 3600);
  if (hours < 8) return joined(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (hours < 192) return joined(Math.floor(hours / 24), "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24)}d`;
  if (hours < 24 * 365 * 8) return joined(Math.floor(hours / 24 / 365), "y", Math.floor(hours / 24) % 365, "d");
  return `${Math.floor(hours / 24 / 365)}y`;
}

const joined = (large: number, largeUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** Renders how long ago a moment was (ms since the epoch). */
export type Ages = (moment: number) => string;

export const agesAt =
  (now: number): Ages =>
  (moment) =>
    humanDuration(now - moment);

/** The age of a moment, `<unknown>` if there is none. */
export const ageOf = (time: string | undefined, age: Ages): string => (time ? age(Date.parse(time)) : "<unknown>");
