/**
 * Lists whose schema says that they are sets or maps (x-kubernetes-list-type): to `==` their order is nothing, and `+` keeps
 * the places of the first list's items, puts the second's over those of the same key, and adds the others at the end.
 */

/** The members that tell a list's items apart, none where the items themselves do; other lists are not here. */
const keysOf = new WeakMap<readonly unknown[], readonly string[]>();

export function keyedList(items: unknown[], keys: readonly string[]): unknown[] {
  keysOf.set(items, keys);
  return items;
}

/** What an item is known by: scalars alone can be keys. */
function keyOf(item: unknown, keys: readonly string[]): string {
  const parts =
    keys.length === 0 ? [item] : keys.map((name) => (item as { get?: (key: string) => unknown }).get?.(name));
  return JSON.stringify(parts.map((part) => `${typeof part} ${String(part)}`));
}

/** Undefined where `a` is a list like any other. */
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

/** Undefined where `a` is a list like any other. */
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
    // Two new items of one key are both added to a map, and to a set once.
    if (keys.length === 0) places.set(key, sum.length);
    sum.push(item);
  }
  return keyedList(sum, keys);
}
