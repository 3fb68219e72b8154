/** Looks up the values of an `enum` in constant time. */
import { exactJson } from "../json/exact-json.ts";
import { sortedMembers } from "../json/sorted-members.ts";

interface EnumIndex {
  readonly has: (key: string) => boolean;
  /** Equal for equal values. */
  readonly keyOf: (value: unknown) => string;
  /** As they are listed in errors. */
  readonly texts: readonly string[];
  /** The cost of listing all of them, in the unit of {@link ValidationWork}. */
  readonly messageCost: number;
}

const known = new WeakMap<readonly unknown[], EnumIndex>();

export function enumIndexOf(allowed: readonly unknown[]): EnumIndex {
  const index = known.get(allowed) ?? indexOf(allowed);
  known.set(allowed, index);
  return index;
}

function indexOf(allowed: readonly unknown[]): EnumIndex {
  const keys = new Set(allowed.map(keyOf));
  const texts = allowed.map((each) => (typeof each === "string" ? each : exactJson(each)));
  const messageCost = 10 * texts.reduce((length, text) => length + text.length, 0);
  return { has: (key) => keys.has(key), keyOf, texts, messageCost };
}

const keyOf = (value: unknown): string => exactJson(sortedMembers(value));
