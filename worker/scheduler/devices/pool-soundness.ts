/**
 * Whether the slices of a pool are consistent: a driver's mistake must not allocate a device twice, or more than there
 * is.
 */
import type { CounterSet, ResourceSlice } from "../../../api/generated/resource.v1.ts";

/** `own`: slices that devices may be allocated from; of the others only the use of counters matters. */
export function isSound(own: readonly ResourceSlice[], others: readonly ResourceSlice[]): boolean {
  const devices = own.flatMap(({ spec }) => (spec.devices ?? []).map(({ name }) => name));
  if (new Set(devices).size < devices.length) return false;
  const sets = new Map<string, CounterSet>();
  for (const { spec } of own)
    for (const set of spec.sharedCounters ?? []) {
      if (sets.has(set.name)) return false;
      sets.set(set.name, set);
    }
  return [...own, ...others].every(({ spec }) =>
    (spec.devices ?? []).every(({ consumesCounters = [] }) =>
      consumesCounters.every(({ counterSet, counters }) => {
        const set = sets.get(counterSet);
        return set !== undefined && Object.keys(counters).every((counter) => set.counters[counter] !== undefined);
      }),
    ),
  );
}
