/** Times of managedFields move with what a manager changed, which is known only once a strategy has looked at it. */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { deepEqual } from "../json/deep-equal.ts";

/**
 * Whether the entries are the stored ones but for their times (apiserver's IgnoreManagedFieldsTimestampsTransformer): if nothing
 * else of the object differs either, the stored times stay, and nothing is written.
 */
export function differInTimesOnly(
  entries: readonly ManagedFieldsEntry[] = [],
  stored: readonly ManagedFieldsEntry[] = [],
): boolean {
  if (entries.length !== stored.length) return false;
  if (entries.every(({ time }, i) => time === stored[i]?.time)) return false;
  return entries.every((entry, i) => deepEqual(timeless(entry), timeless(stored[i])));
}

const timeless = (entry: ManagedFieldsEntry | undefined) => ({ ...entry, time: undefined });
