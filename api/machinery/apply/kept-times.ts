/**
 * Timestamps in managedFields are updated when a manager changes something, which is known only after the kind's
 * strategy has run.
 */
import type { ManagedFieldsEntry } from "../../generated/meta.v1.ts";
import { deepEqual } from "../json/deep-equal.ts";

/**
 * Whether the entries equal the stored ones except for their times (apiserver's
 * IgnoreManagedFieldsTimestampsTransformer): if nothing else about the object differs either, the stored times stay,
 * and nothing is written.
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
