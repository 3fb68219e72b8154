/**
 * Maps that were said to be empty. To Kubernetes' semantic equality they are as good as none, and a struct that is set and sets
 * nothing is not; as JSON the two look the same.
 */
const empty = new WeakSet<object>();

export function emptyMap(): Record<string, never> {
  const map = {};
  empty.add(map);
  return map;
}

/** Whether it is one still: a draft may be changed. */
export function isEmptyMap(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  for (const _ in value) return false;
  return empty.has(value);
}
