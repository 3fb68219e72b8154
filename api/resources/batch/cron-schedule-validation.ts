/** Cron schedules as the parser that Kubernetes uses reads them (robfig/cron v3, standard), with its messages. */

import { type FieldError, goQuote, invalid } from "../../machinery/field-error.ts";
import { durationProblem, parseDuration } from "../../machinery/time/duration.ts";
import { isTimeZone } from "../../machinery/time/time-zone.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Minute, hour, day of month, month, day of week; names count from `min`. */
const FIELDS: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];

export function checkSchedule(errors: FieldError[], path: string, schedule: string): void {
  const problem = scheduleProblem(schedule);
  if (problem) errors.push(invalid(path, schedule, problem));
  if (schedule.includes("TZ"))
    errors.push(invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
}

function scheduleProblem(schedule: string): string | undefined {
  let spec = schedule;
  const zone = /^(?:CRON_)?TZ=([^ ]*)( .*)?$/s.exec(spec);
  if (zone) {
    const [, name = "", rest] = zone;
    if (rest === undefined) return "invalid schedule format: runtime error: slice bounds out of range [:-1]";
    if (name !== "" && name !== "Local" && !isTimeZone(name))
      return `provided bad location ${name}: unknown time zone ${name}`;
    spec = rest.trim();
  }
  if (spec.startsWith("@")) return descriptorProblem(spec);
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  if (fields.length !== FIELDS.length)
    return `expected exactly ${FIELDS.length} fields, found ${fields.length}: [${fields.join(" ")}]`;
  for (const [i, bounds] of FIELDS.entries())
    for (const part of (fields[i] ?? "").split(","))
      if (part !== "") {
        const problem = rangeProblem(part, bounds);
        if (problem) return problem;
      }
  return undefined;
}

function descriptorProblem(descriptor: string): string | undefined {
  if (DESCRIPTORS.includes(descriptor)) return undefined;
  const every = "@every ";
  if (!descriptor.startsWith(every)) return `unrecognized descriptor: ${descriptor}`;
  const duration = descriptor.slice(every.length);
  return parseDuration(duration) === undefined
    ? `failed to parse duration ${descriptor}: ${durationProblem(duration)}`
    : undefined;
}

/** `*`, `5`, `1-5`, `mon-fri`, each with an optional `/step`. */
function rangeProblem(expression: string, bounds: Bounds): string | undefined {
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
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

function parseNumber(text: string, bounds?: Bounds): number | string {
  const named = bounds?.names?.indexOf(text.toLowerCase()) ?? -1;
  if (named >= 0) return named + (bounds?.min ?? 0);
  if (!/^[+-]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`;
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
