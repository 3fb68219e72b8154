/**
 * Lists that a draft has although nobody specified them: Go's are nil, and shown as null. To code they are empty;
 * tracking of field ownership must distinguish them from lists that were specified as empty.
 */
const unsaid = new WeakSet<readonly unknown[]>();

export function unsaidList(): unknown[] {
  const list: unknown[] = [];
  unsaid.add(list);
  return list;
}

export const isUnsaidList = (value: unknown): value is readonly [] =>
  Array.isArray(value) && value.length === 0 && unsaid.has(value);
