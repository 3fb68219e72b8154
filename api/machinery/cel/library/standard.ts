/** CEL's standard functions and operators. */

import { goQuote } from "../../field-error.ts";
import { isTimeZone } from "../../time-zone.ts";
import { type Declaration, noSuchOverload } from "../declaration.ts";
import { formatDuration, parseNanos } from "../duration-text.ts";
import { keyedSum } from "../keyed-list.ts";
import { compileRegex } from "../regex.ts";
import { MINUTE, minutesOf, parseTimestamp, showTimestamp, timestamp, wholeMillis } from "../timestamp-text.ts";
import { parseType } from "../type.ts";
import {
  CelError,
  type CelMap,
  celCompare,
  celEquals,
  Duration,
  isCelMap,
  lengthOf,
  type Timestamp,
  TypeValue,
  typeNameOf,
  Uint,
} from "../values.ts";
import { work } from "../work.ts";

const MAX = 2n ** 63n;
const int = (value: bigint): bigint => {
  if (value >= MAX || value < -MAX) throw new CelError("integer overflow");
  return value;
};
const uint = (value: bigint): Uint => {
  if (value < 0n || value >= 2n * MAX) throw new CelError("unsigned integer overflow");
  return new Uint(value);
};
const divisor = (value: bigint, what: string): bigint => {
  if (value === 0n) throw new CelError(`${what} by zero`);
  return value;
};

const concatenate = (a: unknown[], b: unknown[]): unknown[] => {
  work(a.length + b.length);
  return keyedSum(a, b) ?? [...a, ...b];
};

const sizeOfText = (text: string) => BigInt(lengthOf(text));

const arithmetic: Declaration[] = [
  ["_+_(int, int) -> int", (a: bigint, b: bigint) => int(a + b)],
  ["_+_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value + b.value)],
  ["_+_(double, double) -> double", (a: number, b: number) => a + b],
  ["_+_(string, string) -> string", (a: string, b: string) => a + b, "concat"],
  ["_+_(bytes, bytes) -> bytes", (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]), "concat"],
  ["_+_(list<A>, list<A>) -> list<A>", concatenate],
  ["_+_(timestamp, duration) -> timestamp", (a: Timestamp, b: Duration) => timestamp(a.nanos + b.nanos, a.offset)],
  ["_+_(duration, timestamp) -> timestamp", (a: Duration, b: Timestamp) => timestamp(a.nanos + b.nanos, b.offset)],
  ["_+_(duration, duration) -> duration", (a: Duration, b: Duration) => new Duration(int(a.nanos + b.nanos))],
  ["_-_(int, int) -> int", (a: bigint, b: bigint) => int(a - b)],
  ["_-_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value - b.value)],
  ["_-_(double, double) -> double", (a: number, b: number) => a - b],
  ["_-_(timestamp, timestamp) -> duration", (a: Timestamp, b: Timestamp) => new Duration(int(a.nanos - b.nanos))],
  ["_-_(timestamp, duration) -> timestamp", (a: Timestamp, b: Duration) => timestamp(a.nanos - b.nanos, a.offset)],
  ["_-_(duration, duration) -> duration", (a: Duration, b: Duration) => new Duration(int(a.nanos - b.nanos))],
  ["_*_(int, int) -> int", (a: bigint, b: bigint) => int(a * b)],
  ["_*_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value * b.value)],
  ["_*_(double, double) -> double", (a: number, b: number) => a * b],
  ["_/_(int, int) -> int", (a: bigint, b: bigint) => int(a / divisor(b, "division"))],
  ["_/_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value / divisor(b.value, "division"))],
  ["_/_(double, double) -> double", (a: number, b: number) => a / b],
  ["_%_(int, int) -> int", (a: bigint, b: bigint) => a % divisor(b, "modulus")],
  ["_%_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value % divisor(b.value, "modulus"))],
  ["-_(int) -> int", (a: bigint) => int(-a)],
  ["-_(double) -> double", (a: number) => -a],
  ["!_(bool) -> bool", (a: boolean) => !a],
];

const ORDERED = ["bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration"];
const NUMBERS = ["int", "uint", "double"];
const TESTS: Readonly<Record<string, (order: number) => boolean>> = {
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

const comparisons: Declaration[] = Object.entries(TESTS).flatMap(([op, test]) => {
  const call = (a: unknown, b: unknown) => {
    const order = celCompare(a, b);
    if (order === undefined) throw noSuchOverload();
    return test(order);
  };
  const pairs = [
    ...ORDERED.map((type) => [type, type] as const),
    ...NUMBERS.flatMap((a) => NUMBERS.filter((b) => b !== a).map((b) => [a, b] as const)),
  ];
  return pairs.map(
    ([a, b]): Declaration => [
      `_${op}_(${a}, ${b}) -> bool`,
      call,
      a === "string" || a === "bytes" ? "compare" : "constant",
    ],
  );
});

const lookUp = (map: CelMap, key: unknown) => {
  const value = map.get(key);
  if (value === undefined && !map.has(key)) throw new CelError(`no such key: ${showKey(key)}`);
  return value;
};
const showKey = (key: unknown) => (key instanceof Uint ? String(key.value) : String(key));

const item = (list: unknown[], at: bigint | number | Uint) => {
  const index = Number(at instanceof Uint ? at.value : at);
  if (!Number.isInteger(index)) throw new CelError(`unsupported index value ${showDouble(index)} in list`);
  if (index < 0 || index >= list.length) throw new CelError(`index out of bounds: ${index}`);
  return list[index];
};

const containers: Declaration[] = [
  ["_==_(A, A) -> bool", celEquals, "compare"],
  ["_!=_(A, A) -> bool", (a: unknown, b: unknown) => !celEquals(a, b), "compare"],
  ["_[_](list<A>, int) -> A", item],
  ["_[_](map<A, B>, A) -> B", lookUp],
  [
    "@in(A, list<A>) -> bool",
    (value: unknown, list: unknown[]) => list.some((each) => celEquals(each, value)),
    "membership",
  ],
  ["@in(A, map<A, B>) -> bool", (key: unknown, map: CelMap) => map.has(key)],
  ["size(string) -> int", sizeOfText],
  ["size(bytes) -> int", (bytes: Uint8Array) => BigInt(bytes.length)],
  ["size(list<A>) -> int", (list: unknown[]) => BigInt(list.length)],
  ["size(map<A, B>) -> int", (map: CelMap) => BigInt(map.size)],
  ["string.size() -> int", sizeOfText],
  ["bytes.size() -> int", (bytes: Uint8Array) => BigInt(bytes.length)],
  ["list<A>.size() -> int", (list: unknown[]) => BigInt(list.length)],
  ["map<A, B>.size() -> int", (map: CelMap) => BigInt(map.size)],
  ["@not_strictly_false(bool) -> bool", (value: boolean) => value],
];

const texts: Declaration[] = [
  ["string.contains(string) -> bool", (text: string, part: string) => text.includes(part), "search"],
  ["string.startsWith(string) -> bool", (text: string, part: string) => text.startsWith(part), "traversal"],
  ["string.endsWith(string) -> bool", (text: string, part: string) => text.endsWith(part), "traversal"],
  ["string.matches(string) -> bool", (text: string, pattern: string) => compileRegex(pattern).test(text), "regex"],
  ["matches(string, string) -> bool", (text: string, pattern: string) => compileRegex(pattern).test(text), "regex"],
];

const utf8 = (bytes: Uint8Array): string => {
  try {
    return decodeURIComponent([...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
  } catch {
    throw new CelError("invalid UTF-8 in bytes, cannot convert to string");
  }
};
const bytes = (text: string): Uint8Array =>
  new Uint8Array(
    [...encodeURIComponent(text.toWellFormed()).matchAll(/%(..)|(.)/gs)].map(([, hex, c = ""]) =>
      hex ? Number.parseInt(hex, 16) : c.charCodeAt(0),
    ),
  );

const fromDouble = (value: number): bigint => {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) throw new CelError("integer overflow");
  return BigInt(Math.trunc(value));
};
/** A text that does not convert. */
const unconverted = (to: string) => new CelError(`type conversion error from 'string' to '${to}'`);

const parseInt10 = (text: string, to: string): bigint => {
  if (!/^[+-]?\d+$/.test(text)) throw unconverted(to);
  return BigInt(text);
};

function parseDuration(text: string): Duration {
  const nanos = parseNanos(text);
  if (nanos === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`);
  return new Duration(int(nanos));
}

/** Go shows others with an exponent. */
const SMALLEST_PLAIN = -4;
const LARGEST_PLAIN = 6;

export function showDouble(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const exponent = Number(value.toExponential().split("e")[1]);
  const isLong = exponent < SMALLEST_PLAIN || exponent >= LARGEST_PLAIN;
  return isLong ? value.toExponential().replace(/e([+-])(\d)$/, "e$10$2") : String(value);
}

const conversions: Declaration[] = [
  ["int(int) -> int", (value: bigint) => value],
  ["int(uint) -> int", ({ value }: Uint) => int(value)],
  ["int(double) -> int", fromDouble],
  ["int(string) -> int", (text: string) => int(parseInt10(text, "int"))],
  ["int(timestamp) -> int", ({ nanos }: Timestamp) => nanos / 1_000_000_000n],
  ["uint(uint) -> uint", (value: Uint) => value],
  ["uint(int) -> uint", uint],
  ["uint(double) -> uint", (value: number) => uint(fromDouble(value))],
  ["uint(string) -> uint", (text: string) => uint(parseInt10(text, "uint"))],
  ["double(double) -> double", (value: number) => value],
  ["double(int) -> double", Number],
  ["double(uint) -> double", ({ value }: Uint) => Number(value)],
  [
    "double(string) -> double",
    (text: string) => {
      const value = text.trim() === "" ? Number.NaN : Number(text);
      if (Number.isNaN(value) && text !== "NaN") throw unconverted("double");
      return value;
    },
  ],
  ["string(string) -> string", (text: string) => text],
  ["string(int) -> string", String],
  ["string(uint) -> string", ({ value }: Uint) => String(value)],
  ["string(double) -> string", showDouble],
  ["string(bool) -> string", String],
  ["string(bytes) -> string", utf8, "traversal"],
  ["string(timestamp) -> string", showTimestamp],
  ["string(duration) -> string", ({ nanos }: Duration) => formatDuration(nanos)],
  ["bytes(bytes) -> bytes", (value: Uint8Array) => value],
  ["bytes(string) -> bytes", bytes, "traversal"],
  ["bool(bool) -> bool", (value: boolean) => value],
  [
    "bool(string) -> bool",
    (text: string) => {
      if (["true", "TRUE", "True", "t", "1"].includes(text)) return true;
      if (["false", "FALSE", "False", "f", "0"].includes(text)) return false;
      throw unconverted("bool");
    },
  ],
  ["timestamp(timestamp) -> timestamp", (value: Timestamp) => value],
  ["timestamp(string) -> timestamp", parseTimestamp],
  ["timestamp(int) -> timestamp", (seconds: bigint) => timestamp(seconds * 1_000_000_000n)],
  ["duration(duration) -> duration", (value: Duration) => value],
  ["duration(string) -> duration", parseDuration],
  ["duration(int) -> duration", (nanos: bigint) => new Duration(nanos)],
  ["dyn(A) -> dyn", (value: unknown) => value],
  [
    "type(A) -> type<A>",
    (value: unknown) => new TypeValue(isCelMap(value) ? { kind: "map" } : parseType(typeNameOf(value))),
  ],
];

const time =
  (read: (date: Date) => number) =>
  ({ nanos }: Timestamp, zone = "UTC") =>
    BigInt(read(inZone(nanos, zone)));

/** A date whose UTC parts are the local ones of an offset or of a zone of the tz database. */
function inZone(nanos: bigint, zone: string): Date {
  const millis = wholeMillis(nanos);
  if (["UTC", "", "Local"].includes(zone)) return new Date(millis);
  if (!zone.includes(":")) return new Date(millis + zoneOffset(millis, zone));
  for (const part of [zone.slice(0, zone.indexOf(":")), zone.slice(zone.indexOf(":") + 1)])
    if (!/^[+-]?\d+$/.test(part)) throw new CelError(`strconv.Atoi: parsing ${goQuote(part)}: invalid syntax`);
  return new Date(millis + minutesOf(zone) * MINUTE);
}

/** How much the zone is ahead of UTC then, in milliseconds. */
function zoneOffset(millis: number, zone: string): number {
  if (!isTimeZone(zone)) throw new CelError(`unknown time zone ${zone}`);
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  const part = new Map(formatter.formatToParts(millis).map(({ type, value }) => [type, Number(value)]));
  const of = (name: Intl.DateTimeFormatPartTypes) => part.get(name) ?? 0;
  const local = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return local - Math.floor(millis / 1000) * 1000;
}

const DAY = 86_400_000;
const parts: Readonly<Record<string, (date: Date) => number>> = {
  getFullYear: (date) => date.getUTCFullYear(),
  getMonth: (date) => date.getUTCMonth(),
  getDate: (date) => date.getUTCDate(),
  getDayOfMonth: (date) => date.getUTCDate() - 1,
  getDayOfWeek: (date) => date.getUTCDay(),
  getDayOfYear: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY),
  getHours: (date) => date.getUTCHours(),
  getMinutes: (date) => date.getUTCMinutes(),
  getSeconds: (date) => date.getUTCSeconds(),
  getMilliseconds: (date) => date.getUTCMilliseconds(),
};

const times: Declaration[] = [
  ...Object.entries(parts).flatMap(([name, read]): Declaration[] => [
    [`timestamp.${name}() -> int`, time(read)],
    [`timestamp.${name}(string) -> int`, time(read)],
  ]),
  ["duration.getHours() -> int", ({ nanos }: Duration) => nanos / 3_600_000_000_000n],
  ["duration.getMinutes() -> int", ({ nanos }: Duration) => nanos / 60_000_000_000n],
  ["duration.getSeconds() -> int", ({ nanos }: Duration) => nanos / 1_000_000_000n],
  ["duration.getMilliseconds() -> int", ({ nanos }: Duration) => nanos / 1_000_000n],
];

export const standard: readonly Declaration[] = [
  ...arithmetic,
  ...comparisons,
  ...containers,
  ...texts,
  ...conversions,
  ...times,
];
export { utf8 as utf8Text };
