/** Partitions of a device share its counters, which must cover everything that is in use. */
import type { Device } from "../../../api/generated/resource.v1.ts";
import { quantityOf } from "../../../api/machinery/quantity.ts";
import { deviceId, type Offer, type Pool } from "./pools.ts";

/** Nanos by set and counter; negative if more is in use than there is. */
type Left = Map<string, bigint>;

export class CounterUse {
  readonly #isInUse: (id: string) => boolean;
  readonly #left = new Map<Pool, Left>();

  constructor(isInUse: (id: string) => boolean) {
    this.#isInUse = isInUse;
  }

  /** Takes what the device consumes, if the pool's counters suffice. */
  take({ device, pool }: Offer): boolean {
    if (!device.consumesCounters?.length) return true;
    const left = this.#leftOf(pool);
    consume(left, device, 1n);
    if ([...left.values()].every((nanos) => nanos >= 0n)) return true;
    consume(left, device, -1n);
    return false;
  }

  giveBack({ device, pool }: Offer): void {
    if (device.consumesCounters?.length) consume(this.#leftOf(pool), device, -1n);
  }

  #leftOf(pool: Pool): Left {
    let left = this.#left.get(pool);
    if (!left) {
      left = new Map();
      for (const { name, counters } of pool.counters)
        for (const [counter, { value }] of Object.entries(counters))
          left.set(`${name}/${counter}`, quantityOf(value).nanos);
      for (const device of pool.devices)
        if (this.#isInUse(deviceId(pool.driver, pool.name, device.name))) consume(left, device, 1n);
      this.#left.set(pool, left);
    }
    return left;
  }
}

function consume(left: Left, { consumesCounters = [] }: Device, times: bigint): void {
  for (const { counterSet, counters } of consumesCounters)
    for (const [counter, { value }] of Object.entries(counters)) {
      const key = `${counterSet}/${counter}`;
      left.set(key, (left.get(key) ?? 0n) - times * quantityOf(value).nanos);
    }
}
