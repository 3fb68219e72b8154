/** CEL's standard functions and operators. */

import { showDouble } from "../../json/double-text.ts";
import { type Declaration, noSuchOverload } from "../declaration.ts";
import { keyedSum } from "../values/keyed-list.ts";
import { compileRegex } from "../values/regex.ts";
import { timestamp } from "../values/timestamp-text.ts";
import {
  CelError,
  type CelMap,
  celCompare,
  celEquals,
  Duration,
  lengthOf,
  type Timestamp,
  Uint,
} from "../values/values.ts";
import { requireShort, work } from "../values/work.ts";
import { int, uint } from "./bounded-int.ts";
import { conversions } from "./conversions.ts";
import { times } from "./times.ts";

const divisor = (value: bigint, what: string): bigint => {
  if (value === 0n) throw new CelError(`${what} by zero`);
  return value;
};

const concatenate = (a: unknown[], b: unknown[]): unknown[] => {
  work(a.length + b.length);
  return keyedSum(a, b) ?? [...a, ...b];
};

function joinedTexts(a: string, b: string): string {
  requireShort(a.length + b.length);
  return a + b;
}

function joinedBytes(a: Uint8Array, b: Uint8Array): Uint8Array {
  requireShort(a.length + b.length);
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

const sizeOfText = (text: string) => BigInt(lengthOf(text));

const arithmetic: Declaration[] = [
  ["_+_(int, int) -> int", (a: bigint, b: bigint) => int(a + b)],
  ["_+_(uint, uint) -> uint", (a: Uint, b: Uint) => uint(a.value + b.value)],
  ["_+_(double, double) -> double", (a: number, b: number) => a + b],
  ["_+_(string, string) -> string", joinedTexts, "concat"],
  ["_+_(bytes, bytes) -> bytes", joinedBytes, "concat"],
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
      a === "string" || a === "bytes" ? "ordered" : "constant",
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

export const standard: readonly Declaration[] = [
  ...arithmetic,
  ...comparisons,
  ...containers,
  ...texts,
  ...conversions,
  ...times,
];
