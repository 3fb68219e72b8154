/** Cron schedules as the parser that Kubernetes uses reads them (robfig/cron v3, standard), with its messages. */
import { goQuote } from "../../machinery/field-error.ts";
import { durationProblem, parseDuration } from "../../machinery/time/duration.ts";
import { isTimeZone } from "../../machinery/time/time-zone.ts";

/** Which values of a field match, and whether it was left open (`*`), which matters to days. */
interface CronField {
  readonly values: ReadonlySet<number>;
  readonly isOpen: boolean;
}

export interface CronFields {
  readonly minute: CronField;
  readonly hour: CronField;
  readonly day: CronField;
  /** January is 1. */
  readonly month: CronField;
  /** Sunday is 0. */
  readonly weekday: CronField;
}

export type CronSpec = ({ readonly fields: CronFields } | { readonly everyMs: number }) & {
  readonly timeZone?: string;
};

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Names count from `min`. */
const BOUNDS: Readonly<Record<keyof CronFields, Bounds>> = {
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  day: { min: 1, max: 31 },
  month: { min: 1, max: 12, names: MONTHS },
  weekday: { min: 0, max: 6, names: DAYS },
};

const DESCRIPTORS: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** The schedule, or what is wrong with it. */
export function parseCronSpec(schedule: string): CronSpec | string {
  const zone = /^(?:CRON_)?TZ=([^ ]*)( .*)?$/s.exec(schedule);
  if (!zone) return parseSpec(schedule);
  const [, timeZone = "", rest] = zone;
  if (rest === undefined) return "invalid schedule format: runtime error: slice bounds out of range [:-1]";
  if (timeZone !== "" && timeZone !== "Local" && !isTimeZone(timeZone))
    return `provided bad location ${timeZone}: unknown time zone ${timeZone}`;
  const spec = parseSpec(rest.trim());
  return typeof spec === "string" || !isTimeZone(timeZone) ? spec : { ...spec, timeZone };
}

function parseSpec(spec: string): CronSpec | string {
  if (spec.startsWith("@")) return parseDescriptor(spec);
  const texts = spec.split(/\s+/).filter((text) => text !== "");
  const names = Object.keys(BOUNDS) as (keyof CronFields)[];
  if (texts.length !== names.length)
    return `expected exactly ${names.length} fields, found ${texts.length}: [${texts.join(" ")}]`;
  const fields: Partial<Record<keyof CronFields, CronField>> = {};
  for (const [i, name] of names.entries()) {
    const field = parseField(texts[i] ?? "", BOUNDS[name]);
    if (typeof field === "string") return field;
    fields[name] = field;
  }
  return { fields: fields as CronFields };
}

function parseDescriptor(descriptor: string): CronSpec | string {
  const spec = DESCRIPTORS[descriptor];
  if (spec !== undefined) return parseSpec(spec);
  const every = "@every ";
  if (!descriptor.startsWith(every)) return `unrecognized descriptor: ${descriptor}`;
  const duration = descriptor.slice(every.length);
  const everyMs = parseDuration(duration);
  return everyMs === undefined
    ? `failed to parse duration ${descriptor}: ${durationProblem(duration)}`
    : // Whole seconds, at least one.
      { everyMs: Math.max(1000, Math.floor(everyMs / 1000) * 1000) };
}

function parseField(text: string, bounds: Bounds): CronField | string {
  const values = new Set<number>();
  let isOpen = false;
  for (const expression of text.split(",")) {
    if (expression === "") continue;
    const range = parseRange(expression, bounds);
    if (typeof range === "string") return range;
    for (let value = range.low; value <= range.high; value += range.step) values.add(value);
    isOpen ||= range.isOpen;
  }
  return { values, isOpen };
}

/** `*`, `5`, `1-5`, `mon-fri`, each with an optional `/step`. */
function parseRange(expression: string, bounds: Bounds) {
  const [range = "", stepText, ...moreSlashes] = expression.split("/");
  const [lowText = "", highText, ...moreHyphens] = range.split("-");
  const any = lowText === "*" || lowText === "?";
  const low = any ? bounds.min : parseNumber(lowText, bounds);
  if (typeof low === "string") return low;
  if (!any && moreHyphens.length > 0) return `too many hyphens: ${expression}`;
  let high = any ? bounds.max : highText === undefined ? low : parseNumber(highText, bounds);
  if (typeof high === "string") return high;
  if (moreSlashes.length > 0) return `too many slashes: ${expression}`;
  const step = stepText === undefined ? 1 : parseNumber(stepText);
  if (typeof step === "string") return step;
  if (stepText !== undefined && highText === undefined) high = bounds.max;
  if (low < bounds.min) return `beginning of range (${low}) below minimum (${bounds.min}): ${expression}`;
  if (high > bounds.max) return `end of range (${high}) above maximum (${bounds.max}): ${expression}`;
  if (low > high) return `beginning of range (${low}) beyond end of range (${high}): ${expression}`;
  if (step === 0) return `step of range should be a positive number: ${expression}`;
  return { low, high, step, isOpen: any && step === 1 };
}

function parseNumber(text: string, bounds?: Bounds): number | string {
  const named = bounds?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + (bounds?.min ?? 0);
  if (!/^[+-]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
