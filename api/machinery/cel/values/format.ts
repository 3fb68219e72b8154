/** `"%s and %d".format([…])` of cel-go's ext.Strings. */

import { compareTexts } from "../../../compare-texts.ts";
import { goQuote } from "../../field-error.ts";
import { showDouble } from "../../json/double-text.ts";
import { ownMember } from "../../json/own-member.ts";
import { formatDuration } from "../../time/duration-text.ts";
import { type Clause, partsOfFormat, unfitTypeProblem } from "./format-clauses.ts";
import { showTimestamp } from "./timestamp-text.ts";
import { utf8Text } from "./utf8-text.ts";
import { CelError, Duration, isCelMap, Opaque, Optional, Timestamp, TypeValue, typeNameOf, Uint } from "./values.ts";
import { requireShort, work, workOnItems } from "./work.ts";

export function formatText(text: string, args: readonly unknown[]): string {
  let next = 0;
  let shown = "";
  for (const part of partsOfFormat(text, args.length)) {
    if (part.kind === "problem") throw new CelError(part.message);
    shown += part.kind === "text" ? part.text : formatOne(part.clause, args[next++]);
    requireShort(shown.length);
  }
  return shown;
}

const integer = (value: unknown): bigint | undefined =>
  typeof value === "bigint" ? value : value instanceof Uint ? value.value : undefined;

const DEFAULT_PRECISION = 6;

function formatOne({ verb, precision = DEFAULT_PRECISION }: Clause, value: unknown): string {
  requireShort(precision);
  const shown = verb === "s" ? showValue(value) : formatAs(verb, value, precision);
  if (shown === undefined) throw new CelError(unfitTypeProblem(verb, typeNameOf(value)));
  return shown;
}

function formatAs(verb: Exclude<Clause["verb"], "s">, value: unknown, precision: number): string | undefined {
  const whole = integer(value);
  switch (verb) {
    case "d":
      return whole?.toString();
    case "f":
    case "e": {
      const number =
        typeof value === "number" ? value : typeof value === "string" ? ownMember(NAMED, value) : undefined;
      if (number === undefined) return undefined;
      return verb === "f" ? fixed(number, precision) : scientific(number, precision);
    }
    case "b":
      return typeof value === "boolean" ? String(Number(value)) : whole?.toString(2);
    case "o":
      return whole?.toString(8);
    case "x":
      return whole?.toString(16) ?? hexOf(value);
    case "X":
      return (whole?.toString(16) ?? hexOf(value))?.toUpperCase();
  }
}

const NAMED: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** Numbers are formatted as in American English: thousands are grouped. */
function fixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return infinite(value);
  const [, sign = "", whole = "", fraction = ""] = /^(-?)(\d+)(.*)$/.exec(roundedToEven(value, precision)) ?? [];
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}${fraction}`;
}

const MAX_DIGITS = 100;
/** Beyond this, toFixed switches to exponents, and doubles have no fraction. */
const EXPONENTIAL = 1e21;

/** Rounds like Go: ties go to the even digit, while JavaScript's toFixed rounds them away from zero. */
function roundedToEven(value: number, precision: number): string {
  if (Math.abs(value) >= EXPONENTIAL) return `${BigInt(value)}${precision > 0 ? `.${"0".repeat(precision)}` : ""}`;
  const rounded = value.toFixed(Math.min(precision, MAX_DIGITS));
  const exact = value.toFixed(MAX_DIGITS);
  const cut = exact.length - MAX_DIGITS + precision;
  if (precision >= MAX_DIGITS || !/^50*$/.test(exact.slice(cut))) return rounded;
  const down = exact.slice(0, precision === 0 ? cut - 1 : cut);
  return /[02468]$/.test(down) ? down : rounded;
}

const SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const EXPONENT_DIGITS = 2;

/** In cel-go, what should be the precision is a width. */
function scientific(value: number, width: number): string {
  if (!Number.isFinite(value)) return infinite(value).padStart(width);
  const [mantissa = "", exponent = ""] = value.toExponential(DEFAULT_PRECISION).split("e");
  const raised = exponent.slice(1).padStart(EXPONENT_DIGITS, "0");
  const digits = [...raised].map((digit) => SUPERSCRIPTS[Number(digit)]).join("");
  return `${mantissa}×10${exponent.startsWith("-") ? "⁻" : ""}${digits}`.padStart(width);
}

const infinite = (value: number): string => (Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "-∞");

function hexOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return [...value].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (typeof value !== "string") return undefined;
  return [...encodeURIComponent(value).matchAll(/%(..)|(.)/gs)]
    .map(([, hex, c = ""]) => (hex ? hex.toLowerCase() : c.charCodeAt(0).toString(16).padStart(2, "0")))
    .join("");
}

/** Producing text is slow. */
const TEXT = 4;

/** A value as `%s` shows it; undefined if it has no textual form. */
function showValue(value: unknown): string | undefined {
  work(TEXT);
  if (typeof value === "string" || value instanceof Uint8Array) workOnItems(value.length);
  if (value === null) return "null";
  if (typeof value === "number") return showDouble(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return showTimestamp(value);
  if (value instanceof Duration) return formatDuration(value.nanos);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Uint8Array) return utf8Text(value);
  if (value instanceof Optional || value instanceof Opaque) return undefined;
  if (Array.isArray(value)) return `[${value.map(showWithin).join(", ")}]`;
  if (isCelMap(value)) {
    const entries = value.keys().map((key) => [showWithin(key), showWithin(value.get(key))] as const);
    return `{${entries
      .sort(([a], [b]) => compareTexts(a, b))
      .map((entry) => entry.join(":"))
      .join(", ")}}`;
  }
  return String(value);
}

/** Inside a list or map, values are shown as CEL literals. */
function showWithin(value: unknown): string {
  const shown =
    typeof value === "number" && Number.isFinite(value) ? value.toFixed(DEFAULT_PRECISION) : showValue(value);
  if (shown === undefined)
    throw new CelError(`error during formatting: no formatting function for ${typeNameOf(value)}`);
  if (typeof value === "string") return goQuote(shown);
  if (value instanceof Uint8Array) return `b${goQuote(shown)}`;
  if (value instanceof Timestamp) return `timestamp(${goQuote(shown)})`;
  return value instanceof Duration ? `duration(${goQuote(shown)})` : shown;
}
