/** Partitions of one device share its counters: what all in use consume must be there. */
import { quantityOf } from "../../../api/machinery/quantity.ts";
import { deviceId, type Offer } from "./pools.ts";

/** Whether the pool's counters are enough for the device beside all that are in use, by id. */
export function hasCounters({ device, pool }: Offer, inUse: { has(id: string): boolean }): boolean {
  return (device.consumesCounters ?? []).every(({ counterSet, counters }) => {
    const available = pool.counters.find(({ name }) => name === counterSet)?.counters;
    if (!available) return false;
    return Object.entries(counters).every(([counter, { value }]) => {
      let consumed = quantityOf(value).nanos;
      for (const other of pool.devices.values()) {
        if (other === device || !inUse.has(deviceId(pool.driver, pool.name, other.name))) continue;
        for (const each of other.consumesCounters ?? [])
          if (each.counterSet === counterSet) consumed += quantityOf(each.counters[counter]?.value).nanos;
      }
      return consumed <= quantityOf(available[counter]?.value).nanos;
    });
  });
}
