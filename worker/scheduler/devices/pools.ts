/**
 * The pools of devices that drivers publish in ResourceSlices, as one node sees them
 * (dynamic-resource-allocation/structured).
 */
import type { NodeSelector } from "../../../api/generated/core.v1.ts";
import type { CounterSet, Device, ResourceSlice } from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Labelled, meetsAnyTerm } from "../../../api/machinery/selectors/node-selector.ts";
import { isSound } from "./pool-soundness.ts";

export const SLICES = "resourceslices.resource.k8s.io";

export interface Offer {
  readonly pool: Pool;
  readonly device: Device;
  /** `driver/pool/device`. */
  readonly id: string;
  /** The nodes that can use it: a single one, those that a selector matches, or all. */
  readonly nodeName?: string;
  readonly nodeSelector?: NodeSelector;
}

export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Nothing is allocated from a pool that is being updated, or that contradicts itself. */
  readonly state: "usable" | "incomplete" | "invalid";
  /** Devices available to the node. */
  readonly offers: readonly Offer[];
  /** All devices that use its counters, including those of other nodes if the whole pool must be known. */
  readonly devices: readonly Device[];
  readonly counters: readonly CounterSet[];
}

export const deviceId = (driver: string, pool: string, device: string) => `${driver}/${pool}/${device}`;

type Slice = Stored<ResourceSlice>;

const poolKey = ({ spec: { driver, pool } }: Slice) => `${driver}/${pool.name}`;
const hasCounters = ({ spec }: Slice) => (spec.sharedCounters?.length ?? 0) > 0;

/** The slices of a cluster, by the nodes they concern. */
export class DeviceSupply {
  readonly #onNode = new Map<string, Slice[]>();
  readonly #shared: Slice[] = [];
  readonly #ofPool = new Map<string, Slice[]>();

  constructor(slices: Iterable<Slice>) {
    for (const slice of slices) {
      const { nodeName } = slice.spec;
      if (nodeName && !hasCounters(slice)) add(this.#onNode, nodeName, slice);
      else this.#shared.push(slice);
      add(this.#ofPool, poolKey(slice), slice);
    }
  }

  /** In the order of allocation: by name, with devices that must be bound to the node last. */
  poolsFor(node: Labelled): readonly Pool[] {
    const relevant = new Map<string, Slice[]>();
    for (const slice of [...(this.#onNode.get(node.name) ?? []), ...this.#shared])
      if (isConcernedWith(slice, node)) addNewest(relevant, slice);
    const pools = [...relevant].flatMap(([key, slices]) => this.#poolOf(key, slices, node) ?? []).sort(byName);
    return [...pools.filter((pool) => !mustBind(pool)), ...pools.filter(mustBind)];
  }

  /** Undefined if it is about to be replaced by one that does not concern the node. */
  #poolOf(key: string, slices: readonly Slice[], node: Labelled): Pool | undefined {
    const [first] = slices;
    if (!first) return undefined;
    const { driver, pool } = first.spec;
    // If the node's own part is not the whole pool, the others must be searched.
    const all = slices.length === pool.resourceSliceCount ? slices : (this.#ofPool.get(key) ?? []);
    if (all.some(({ spec }) => spec.pool.generation > pool.generation)) return undefined;
    const current = all.filter(({ spec }) => spec.pool.generation === pool.generation);
    const nothing = { driver, name: pool.name, offers: [], devices: [], counters: [] };
    if (current.length !== pool.resourceSliceCount) return { ...nothing, state: "incomplete" };
    const ownNames = new Set(slices.map(({ metadata }) => metadata.name));
    const own = slices.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const others = current.filter(({ metadata }) => !ownNames.has(metadata.name));
    if (!isSound(own, others)) return { ...nothing, state: "invalid" };
    const offers: Offer[] = [];
    const whole: Pool = {
      driver,
      name: pool.name,
      state: "usable",
      offers,
      devices: [...own, ...others].flatMap(({ spec }) => spec.devices ?? []),
      counters: own.flatMap(({ spec }) => spec.sharedCounters ?? []),
    };
    for (const slice of own) offers.push(...offersOf(slice, whole, node));
    return whole;
  }
}

function add(slices: Map<string, Slice[]>, key: string, slice: Slice): void {
  const known = slices.get(key);
  if (known) known.push(slice);
  else slices.set(key, [slice]);
}

/** Slices of older generations are outdated. */
function addNewest(pools: Map<string, Slice[]>, slice: Slice): void {
  const key = poolKey(slice);
  const known = pools.get(key)?.[0]?.spec.pool.generation ?? -1;
  const { generation } = slice.spec.pool;
  if (generation > known) pools.set(key, [slice]);
  else if (generation === known) add(pools, key, slice);
}

/** Counters are needed wherever the pool is used. */
const isConcernedWith = (slice: Slice, node: Labelled): boolean =>
  hasCounters(slice) ||
  (slice.spec.perDeviceNodeSelection
    ? (slice.spec.devices ?? []).some((device) => isReachable(device, node))
    : isReachable(slice.spec, node));

function isReachable({ nodeName, allNodes, nodeSelector }: Partial<ResourceSlice["spec"]> | Device, node: Labelled) {
  if (nodeName) return nodeName === node.name;
  return allNodes === true || (nodeSelector !== undefined && meetsAnyTerm(nodeSelector.nodeSelectorTerms, node));
}

function offersOf({ spec }: Slice, pool: Pool, node: Labelled): Offer[] {
  return (spec.devices ?? []).flatMap((device) => {
    const { nodeName, nodeSelector } = spec.perDeviceNodeSelection ? device : spec;
    if (spec.perDeviceNodeSelection && !isReachable(device, node)) return [];
    const id = deviceId(pool.driver, pool.name, device.name);
    return { pool, device, id, ...(nodeName && { nodeName }), ...(nodeSelector && { nodeSelector }) };
  });
}

const mustBind = ({ offers }: Pool) => offers.some(({ device }) => device.bindingConditions !== undefined);

function byName(a: Pool, b: Pool): number {
  if (a.driver !== b.driver) return a.driver < b.driver ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}
