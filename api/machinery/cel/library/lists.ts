/** Kubernetes' lists, cel-go's sets and optionals, and functions used by macros (apiserver pkg/cel/library). */
import { type Declaration, noSuchOverload } from "../declaration.ts";
import {
  CelError,
  type CelMap,
  celCompare,
  celEquals,
  Duration,
  isCelMap,
  Optional,
  PlainMap,
  Uint,
} from "../values/values.ts";
import { workOnItems } from "../values/work.ts";
import { int, uint } from "./bounded-int.ts";

const compare = (a: unknown, b: unknown): number => {
  const order = celCompare(a, b);
  if (order === undefined) throw noSuchOverload();
  return order;
};

const isSorted = (list: unknown[]) => list.every((each, i) => i === 0 || compare(list[i - 1], each) <= 0);

function unwrapped(list: unknown[]): unknown[] {
  workOnItems(list.length);
  return list.flatMap((each) => {
    if (!(each instanceof Optional)) throw noSuchOverload();
    return each.isThere ? [each.value] : [];
  });
}

function best(list: unknown[], sign: 1 | -1): unknown {
  if (list.length === 0) throw new CelError(`${sign < 0 ? "min" : "max"} called on empty list`);
  return list.reduce((most, each) => (compare(each, most) * sign > 0 ? each : most));
}

function sum(list: unknown[]): unknown {
  if (list.length === 0) return 0n;
  const [first] = list;
  if (typeof first === "bigint") return (list as bigint[]).reduce((total, each) => int(total + each), 0n);
  if (typeof first === "number") return (list as number[]).reduce((total, each) => total + each, 0);
  if (first instanceof Uint)
    return (list as Uint[]).reduce((total, { value }) => uint(total.value + value), new Uint(0n));
  if (first instanceof Duration)
    return new Duration((list as Duration[]).reduce((total, { nanos }) => int(total + nanos), 0n));
  throw noSuchOverload();
}

const SUMMABLE = ["int", "uint", "double", "duration"];
const COMPARABLE = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"];
const has = (list: readonly unknown[], value: unknown) => list.some((each) => celEquals(each, value));

const lastIndex = (list: unknown[], value: unknown) => BigInt(list.findLastIndex((each) => celEquals(each, value)));
const none = () => Optional.NONE;

/** Optional lookup in lists and maps. */
const lookUp = (of: unknown, key: unknown): Optional => {
  const value = of instanceof Optional ? of.value : of;
  if (of instanceof Optional && !of.isThere) return Optional.NONE;
  if (isCelMap(value)) return value.has(key) ? Optional.of(value.get(key)) : Optional.NONE;
  if (!Array.isArray(value)) throw noSuchOverload();
  const at = Number(key instanceof Uint ? key.value : key);
  return at >= 0 && at < value.length ? Optional.of(value[at]) : Optional.NONE;
};

const isZero = (value: unknown): boolean =>
  value === null ||
  value === false ||
  value === 0n ||
  value === 0 ||
  value === "" ||
  (Array.isArray(value) && value.length === 0) ||
  (isCelMap(value) && value.size === 0) ||
  (value instanceof Uint && value.value === 0n) ||
  (value instanceof Duration && value.nanos === 0n);

function insert(map: CelMap, key: unknown, value?: unknown): CelMap {
  const added: (readonly [unknown, unknown])[] = isCelMap(key)
    ? key.keys().map((each) => [each, key.get(each)])
    : [[key, value]];
  for (const [name] of added)
    if (map.has(name)) throw new CelError(`insert failed: key ${String(name)} already exists`);
  // Only macros insert, each into the map that it is building.
  const grown = map instanceof PlainMap ? map : new PlainMap(map.keys().map((each) => [each, map.get(each)]));
  for (const [name, its] of added) grown.add(name, its);
  return grown;
}

function flatten(list: unknown[], depth = 1n): unknown[] {
  if (depth < 0n) throw new CelError("level must be non-negative");
  workOnItems(list.length);
  return list.flatMap((each) => (Array.isArray(each) && depth > 0n ? flatten(each, depth - 1n) : [each]));
}

function slice(list: unknown[], from: bigint, to: bigint): unknown[] {
  const refuse = (why: string) => new CelError(`cannot slice(${from}, ${to}), ${why}`);
  if (from < 0n || to < 0n) throw refuse("negative indexes not supported");
  if (from > to) throw refuse("start index must be less than or equal to end index");
  if (to > BigInt(list.length)) throw refuse(`list is length ${list.length}`);
  return list.slice(Number(from), Number(to));
}

function range(count: bigint): bigint[] {
  const length = count > 0n ? Number(count) : 0;
  workOnItems(length);
  return Array.from({ length }, (_, i) => BigInt(i));
}

/** The implementation of the macro `sortBy`: the list sorted by the corresponding keys. */
function sortByKeys(list: unknown[], keys: unknown[]): unknown[] {
  const order = list.map((_, i) => i).sort((a, b) => compare(keys[a], keys[b]));
  return order.map((i) => list[i]);
}

const optionalAt = (list: unknown[], index: number) => (list.length > 0 ? Optional.of(list.at(index)) : Optional.NONE);

export const lists: readonly Declaration[] = [
  ...COMPARABLE.flatMap((type): Declaration[] => [
    [`list<${type}>.isSorted() -> bool`, isSorted, "everything"],
    [`list<${type}>.min() -> ${type}`, (list: unknown[]) => best(list, -1), "everything"],
    [`list<${type}>.max() -> ${type}`, (list: unknown[]) => best(list, 1), "everything"],
  ]),
  ...SUMMABLE.map((type): Declaration => [`list<${type}>.sum() -> ${type}`, sum, "everything"]),
  [
    "list<A>.indexOf(A) -> int",
    (list: unknown[], value: unknown) => BigInt(list.findIndex((each) => celEquals(each, value))),
    "everything",
  ],
  ["list<A>.lastIndexOf(A) -> int", lastIndex, "everything"],
  [
    "list<A>.distinct() -> list<A>",
    (list: unknown[]) => list.filter((each, i) => !has(list.slice(0, i), each)),
    "distinct",
  ],
  ["list<A>.reverse() -> list<A>", (list: unknown[]) => list.toReversed(), "made"],
  ["list<A>.slice(int, int) -> list<A>", slice, "made"],
  ["list<A>.first() -> optional<A>", (list: unknown[]) => optionalAt(list, 0)],
  ["list<A>.last() -> optional<A>", (list: unknown[]) => optionalAt(list, -1)],
  ["lists.range(int) -> list<int>", range, "made"],
  ...COMPARABLE.map(
    (type): Declaration => [`list<A>.@sortByAssociatedKeys(list<${type}>) -> list<A>`, sortByKeys, "sorted"],
  ),
  ...COMPARABLE.map(
    (type): Declaration => [
      `list<${type}>.sort() -> list<${type}>`,
      (list: unknown[]) => list.toSorted(compare),
      "sorted",
    ],
  ),
  ["list<list<A>>.flatten() -> list<A>", flatten, "flattened"],
  ["list<dyn>.flatten(int) -> list<dyn>", flatten, "flattened"],
  ["sets.contains(list<A>, list<A>) -> bool", (a: unknown[], b: unknown[]) => b.every((each) => has(a, each)), "pairs"],
  [
    "sets.intersects(list<A>, list<A>) -> bool",
    (a: unknown[], b: unknown[]) => a.some((each) => has(b, each)),
    "pairs",
  ],
  [
    "sets.equivalent(list<A>, list<A>) -> bool",
    (a: unknown[], b: unknown[]) => a.every((each) => has(b, each)) && b.every((each) => has(a, each)),
    "pairs twice",
  ],
  ["optional.of(A) -> optional<A>", Optional.of],
  [
    "optional.ofNonZeroValue(A) -> optional<A>",
    (value: unknown) => (isZero(value) ? Optional.NONE : Optional.of(value)),
  ],
  ["optional.none() -> optional<A>", none],
  ["optional.unwrap(list<optional<A>>) -> list<A>", unwrapped],
  ["list<optional<A>>.unwrapOpt() -> list<A>", unwrapped],
  ["optional<A>.hasValue() -> bool", (value: Optional) => value.isThere],
  [
    "optional<A>.value() -> A",
    (value: Optional) => {
      if (!value.isThere) throw new CelError("optional.none() dereference");
      return value.value;
    },
  ],
  ["optional<A>.or(optional<A>) -> optional<A>", (value: Optional, other: Optional) => (value.isThere ? value : other)],
  ["optional<A>.orValue(A) -> A", (value: Optional, other: unknown) => (value.isThere ? value.value : other)],
  ["_[?_](list<A>, int) -> optional<A>", lookUp],
  ["_[?_](map<A, B>, A) -> optional<B>", lookUp],
  ["_[?_](optional<list<A>>, int) -> optional<A>", lookUp],
  ["_[?_](optional<map<A, B>>, A) -> optional<B>", lookUp],
  ["_[_](optional<list<A>>, int) -> optional<A>", lookUp],
  ["_[_](optional<map<A, B>>, A) -> optional<B>", lookUp],
  ["cel.@mapInsert(map<A, B>, A, B) -> map<A, B>", insert],
  ["cel.@mapInsert(map<A, B>, map<A, B>) -> map<A, B>", insert],
];
