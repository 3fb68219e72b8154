/**
 * Lists that a draft has though nobody said them: Go's are nil, and shown as null. Code reads them as empty; who asks what an
 * object says (managedFields) has to tell them from those that were said to be empty.
 */
const unsaid = new WeakSet<readonly unknown[]>();

export function unsaidList(): unknown[] {
  const list: unknown[] = [];
  unsaid.add(list);
  return list;
}

export const isUnsaidList = (value: unknown): value is readonly [] =>
  Array.isArray(value) && value.length === 0 && unsaid.has(value);
