/**
 * Lists that are sets or maps according to their schema (x-kubernetes-list-type): `==` ignores their order, and `+`
 * keeps the positions of the first list's items, overwrites them by items of the second with the same key, and appends
 * the others.
 */

/** The members that identify a list's items; empty for sets. Other lists are not in this map. */
const keysOf = new WeakMap<readonly unknown[], readonly string[]>();

export function keyedList(items: unknown[], keys: readonly string[]): unknown[] {
  keysOf.set(items, keys);
  return items;
}

/** An item's key: only scalars can be keys. */
function keyOf(item: unknown, keys: readonly string[]): string {
  const parts =
    keys.length === 0 ? [item] : keys.map((name) => (item as { get?: (key: string) => unknown }).get?.(name));
  return JSON.stringify(parts.map((part) => `${typeof part} ${String(part)}`));
}

/** Undefined if `a` is an ordinary list. */
export function keyedEquals(
  a: readonly unknown[],
  b: readonly unknown[],
  equals: (a: unknown, b: unknown) => boolean,
): boolean | undefined {
  const keys = keysOf.get(a);
  if (!keys) return undefined;
  if (a.length !== b.length) return false;
  const items = new Map(a.map((item) => [keyOf(item, keys), item]));
  return b.every((item) => {
    const key = keyOf(item, keys);
    return items.has(key) && equals(items.get(key), item);
  });
}

/** Undefined if `a` is an ordinary list. */
export function keyedSum(a: readonly unknown[], b: readonly unknown[]): unknown[] | undefined {
  const keys = keysOf.get(a);
  if (!keys) return undefined;
  const sum = [...a];
  const places = new Map(a.map((item, i) => [keyOf(item, keys), i]));
  for (const item of b) {
    const key = keyOf(item, keys);
    const place = places.get(key);
    if (place !== undefined) {
      if (keys.length > 0) sum[place] = item;
      continue;
    }
    // Two new items with the same key are both added to a map, but only once to a set.
    if (keys.length === 0) places.set(key, sum.length);
    sum.push(item);
  }
  return keyedList(sum, keys);
}
