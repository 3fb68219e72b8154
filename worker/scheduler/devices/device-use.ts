import { quantityOf } from "../../../api/machinery/quantity.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Consumption } from "./capacity.ts";
import { deviceId } from "./pools.ts";

export const DEVICE_CLAIMS = "resourceclaims.resource.k8s.io";

interface Shares {
  count: number;
  /** Nanos by capacity. */
  readonly consumed: Map<string, bigint>;
}

export class DeviceUse {
  readonly #alone = new Set<string>();
  readonly #shared = new Map<string, Shares>();

  /** Whether it is allocated exclusively. */
  isTaken(id: string): boolean {
    return this.#alone.has(id);
  }

  /** Whether a share of it is allocated. */
  isShared(id: string): boolean {
    return this.#shared.has(id);
  }

  /** Whether it or a share of it is allocated. */
  has(id: string): boolean {
    return this.#alone.has(id) || this.#shared.has(id);
  }

  /** In nanos. */
  consumed(id: string, capacity: string): bigint {
    return this.#shared.get(id)?.consumed.get(capacity) ?? 0n;
  }

  /** Takes the device, or a share of it that consumes this much. */
  take(id: string, share: Consumption | undefined): void {
    if (!share) this.#alone.add(id);
    else this.#count(id, share, 1);
  }

  giveBack(id: string, share: Consumption | undefined): void {
    if (!share) this.#alone.delete(id);
    else this.#count(id, share, -1);
  }

  #count(id: string, share: Consumption, sign: 1 | -1): void {
    const shares = this.#shared.get(id) ?? { count: 0, consumed: new Map<string, bigint>() };
    shares.count += sign;
    for (const [name, { nanos }] of share)
      shares.consumed.set(name, (shares.consumed.get(name) ?? 0n) + BigInt(sign) * nanos);
    if (shares.count > 0) this.#shared.set(id, shares);
    else this.#shared.delete(id);
  }
}

/** By all claims; administrative access does not count. */
export function devicesInUse(cluster: Cluster): DeviceUse {
  const use = new DeviceUse();
  for (const { status } of cluster.list(DEVICE_CLAIMS))
    for (const result of status.allocation?.devices?.results ?? []) {
      const { driver, pool, device, adminAccess, shareID, consumedCapacity = {} } = result;
      if (adminAccess) continue;
      const share = Object.entries(consumedCapacity).map(([name, amount]) => [name, quantityOf(amount)] as const);
      use.take(deviceId(driver, pool, device), shareID === undefined ? undefined : new Map(share));
    }
  return use;
}
