/**
 * Lists that a draft has although nobody specified them: Go's are nil, and shown as null. To code they are empty;
 * tracking of field ownership must distinguish them from lists that were specified as empty.
 */
const implicit = new WeakSet<readonly unknown[]>();

export function implicitEmptyList(): unknown[] {
  const list: unknown[] = [];
  implicit.add(list);
  return list;
}

export const isImplicitEmptyList = (value: unknown): value is readonly [] =>
  Array.isArray(value) && value.length === 0 && implicit.has(value);
