/** The devices that drivers offer in ResourceSlices, as one node sees them. */
import type { NodeSelector } from "../../../api/generated/core.v1.ts";
import type { CounterSet, Device, ResourceSlice } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Labelled, meetsAnyTerm } from "../../../api/machinery/node-selector.ts";
import type { Cluster } from "../cluster.ts";

export const SLICES = "resourceslices.resource.k8s.io";

export interface Offer {
  readonly driver: string;
  readonly pool: Pool;
  readonly device: Device;
  /** `driver/pool/device`. */
  readonly id: string;
  /** The nodes that can use it: one by name, those that a selector means, or all. */
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
}

export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** All of the pool's devices, whatever node they are for, by name. */
  readonly devices: ReadonlyMap<string, Device>;
  readonly counters: readonly CounterSet[];
  /** All slices of its newest generation are there. */
  readonly complete: boolean;
}

export const deviceId = (driver: string, pool: string, device: string) => `${driver}/${pool}/${device}`;

/** What is offered to the node. Slices of older generations are outdated, and those of pools that are not complete wait. */
export function offersTo(node: Labelled, cluster: Cluster): { offers: Offer[]; incomplete: boolean } {
  const offers: Offer[] = [];
  let incomplete = false;
  for (const { pool, slices } of poolsOf(cluster)) {
    const own = slices.flatMap((slice) => offersOf(slice, pool, node));
    if (pool.complete) offers.push(...own);
    else incomplete ||= own.length > 0;
  }
  return { offers, incomplete };
}

/** Whoever names pools and slices says which of their devices go first. */
function byPoolAndName(a: Stored<ResourceSlice>, b: Stored<ResourceSlice>): number {
  const [left, right] = [a, b].map(({ spec: { driver, pool }, metadata: { name } }) => [driver, pool.name, name]);
  const at = left?.findIndex((part, i) => part !== right?.[i]) ?? -1;
  return at < 0 ? 0 : (left?.[at] ?? "") < (right?.[at] ?? "") ? -1 : 1;
}

function poolsOf(cluster: Cluster): { readonly pool: Pool; readonly slices: readonly ResourceSlice[] }[] {
  const byPool = new Map<string, ResourceSlice[]>();
  for (const slice of [...cluster.list<ResourceSlice>(SLICES)].sort(byPoolAndName)) {
    const { driver, pool } = slice.spec;
    const key = `${driver}/${pool.name}`;
    const known = byPool.get(key);
    const generation = known?.[0]?.spec.pool.generation ?? -1;
    if (pool.generation > generation) byPool.set(key, [slice]);
    else if (pool.generation === generation) known?.push(slice);
  }
  return [...byPool.values()].flatMap((slices) => {
    const [first] = slices;
    if (!first) return [];
    const { driver, pool } = first.spec;
    const devices = slices.flatMap(({ spec }) => spec.devices ?? []);
    return {
      slices,
      pool: {
        driver,
        name: pool.name,
        devices: new Map(devices.map((device) => [device.name, device])),
        counters: slices.flatMap(({ spec }) => spec.sharedCounters ?? []),
        complete: slices.length === pool.resourceSliceCount,
      },
    };
  });
}

function offersOf({ spec }: ResourceSlice, pool: Pool, node: Labelled): Offer[] {
  const { driver, perDeviceNodeSelection } = spec;
  return (spec.devices ?? []).flatMap((device) => {
    const { nodeName, nodeSelector, allNodes } = perDeviceNodeSelection ? device : spec;
    const reaches =
      nodeName !== undefined && nodeName !== ""
        ? nodeName === node.name
        : allNodes === true || (nodeSelector !== undefined && meetsAnyTerm(nodeSelector.nodeSelectorTerms, node));
    if (!reaches) return [];
    const id = deviceId(driver, pool.name, device.name);
    return { driver, pool, device, id, ...(nodeName && { nodeName }), ...(nodeSelector && { nodeSelector }) };
  });
}
