/**
 * Explicitly empty maps. To Kubernetes' semantic equality they equal absent ones, but a struct that is set and sets
 * nothing does not; as JSON the two look the same.
 */
const empty = new WeakSet<object>();

export function emptyMap(): Record<string, never> {
  const map = {};
  empty.add(map);
  return map;
}

/** Whether it still is one: a draft may be changed. */
export function isEmptyMap(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  for (const _ in value) return false;
  return empty.has(value);
}
