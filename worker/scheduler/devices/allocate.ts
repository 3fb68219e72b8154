/**
 * Finds devices of a node for claims, all or nothing: depth first, request by request, as Kubernetes' structured
 * allocator does. Decides only.
 */
import type {
  AllocationResult,
  DeviceClass,
  DeviceTaint,
  DeviceToleration,
  ExactDeviceRequest,
  ResourceClaim,
} from "../../../api/generated/resource.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Labelled } from "../../../api/machinery/node-selector.ts";
import { toleratesAny } from "../../../api/machinery/tolerations.ts";
import type { Cluster } from "../cluster.ts";
import { allocationOf, type Choice } from "./allocation.ts";
import { type Consumption, consumptionOf } from "./capacity.ts";
import { mayJoin } from "./constraint.ts";
import { hasCounters } from "./counters.ts";
import { selects } from "./device-selector.ts";
import type { DeviceUse } from "./device-use.ts";
import { type Offer, offersTo } from "./pools.ts";

export const DEVICE_CLASSES = "deviceclasses.resource.k8s.io";

export type Claim = Stored<ResourceClaim>;

/** What a claim may have at most, as its status is validated. */
const MOST_DEVICES = 32;
/** Devices tried for one node at most: what is harder to solve than that counts as not to be solved. */
const MOST_STEPS = 50_000;

/** An allocation for each claim; undefined where the node has not what they ask for. */
export function allocate(
  claims: readonly Claim[],
  node: Labelled,
  { cluster, inUse }: { readonly cluster: Cluster; readonly inUse: DeviceUse },
): readonly AllocationResult[] | undefined {
  return new Search(claims, node, cluster, inUse).solve();
}

/** One way to meet a request. */
interface Wish {
  readonly request: string;
  readonly deviceClass: Stored<DeviceClass>;
  readonly asked: Pick<ExactDeviceRequest, "selectors" | "allocationMode" | "count" | "adminAccess" | "capacity">;
  readonly tolerations: readonly DeviceToleration[];
}

class Search {
  readonly #claims: readonly Claim[];
  readonly #cluster: Cluster;
  readonly #offers: readonly Offer[];
  readonly #incomplete: boolean;
  /** With those chosen so far. */
  readonly #inUse: DeviceUse;
  readonly #chosen: Choice[][];
  #steps = 0;

  constructor(claims: readonly Claim[], node: Labelled, cluster: Cluster, inUse: DeviceUse) {
    this.#claims = claims;
    this.#cluster = cluster;
    const { offers, incomplete } = offersTo(node, cluster);
    this.#offers = offers;
    this.#incomplete = incomplete;
    this.#inUse = inUse.copy();
    this.#chosen = claims.map(() => []);
  }

  solve(): readonly AllocationResult[] | undefined {
    if (!this.#request(0, 0)) return undefined;
    return this.#claims.map((claim, i) => allocationOf(claim, this.#chosen[i] ?? []));
  }

  #request(claimAt: number, requestAt: number): boolean {
    const claim = this.#claims[claimAt];
    if (!claim) return true;
    const request = claim.spec.devices?.requests?.[requestAt];
    if (!request) return this.#request(claimAt + 1, 0);
    const next = () => this.#request(claimAt, requestAt + 1);
    const { name, exactly, firstAvailable = [] } = request;
    const asked = exactly ? [{ request: name, ...exactly }] : [];
    const others = firstAvailable.map((each) => ({ ...each, request: `${name}/${each.name}` }));
    return [...asked, ...others].some((each) => {
      const deviceClass = this.#cluster.get<DeviceClass>(DEVICE_CLASSES, "", each.deviceClassName);
      if (!deviceClass) return false;
      return this.#meet(
        { request: each.request, deviceClass, asked: each, tolerations: each.tolerations ?? [] },
        claimAt,
        next,
      );
    });
  }

  #meet(wish: Wish, claimAt: number, next: () => boolean): boolean {
    const claim = this.#claims[claimAt];
    if (!claim) return false;
    const suitable = this.#offers.filter((offer) => suits(offer, wish, claim));
    if (wish.asked.allocationMode !== "All")
      return this.#choose(wish, claimAt, { suitable, from: 0, left: wish.asked.count ?? 1, next });
    // What is not known yet may be one of all.
    if (this.#incomplete || suitable.length === 0) return false;
    return this.#take(wish, claimAt, suitable, next);
  }

  /** So many of the suitable devices, each after the one before but for those that may be had again, then all else. */
  #choose(
    wish: Wish,
    claimAt: number,
    { suitable, from, left, next }: { suitable: readonly Offer[]; from: number; left: number; next: () => boolean },
  ): boolean {
    if (left === 0) return next();
    const areShared = suitable.some(({ device }) => device.allowMultipleAllocations);
    if (from + left > suitable.length && !areShared) return false;
    for (let at = from; at < suitable.length; at++) {
      const offer = suitable[at];
      if (++this.#steps > MOST_STEPS || !offer) return false;
      const again = offer.device.allowMultipleAllocations ? at : at + 1;
      const rest = () => this.#choose(wish, claimAt, { suitable, from: again, left: left - 1, next });
      if (this.#take(wish, claimAt, [offer], rest)) return true;
    }
    return false;
  }

  /** All of these, if they may be had together; given back where what follows cannot be met. */
  #take(wish: Wish, claimAt: number, offers: readonly Offer[], next: () => boolean): boolean {
    const chosen = this.#chosen[claimAt];
    const constraints = this.#claims[claimAt]?.spec.devices?.constraints ?? [];
    if (!chosen) return false;
    const before = chosen.length;
    const adminAccess = wish.asked.adminAccess ?? false;
    const { request, deviceClass, tolerations } = wish;
    let all = true;
    for (const offer of offers) {
      const taken = this.#consumption(offer, wish);
      const share = offer.device.allowMultipleAllocations ? taken : undefined;
      const choice: Choice = { request, deviceClass, adminAccess, tolerations, offer, ...(share && { share }) };
      all = taken !== undefined && chosen.length < MOST_DEVICES && mayJoin(choice, chosen, constraints);
      if (!all) break;
      chosen.push(choice);
      if (!adminAccess) this.#inUse.take(offer.id, share);
    }
    if (all && next()) return true;
    for (const { adminAccess, offer, share } of chosen.splice(before))
      if (!adminAccess) this.#inUse.giveBack(offer.id, share);
    return false;
  }

  /** What is taken of the device's capacities; undefined where it is not to be had. */
  #consumption(offer: Offer, { asked }: Wish): Consumption | undefined {
    const { device, id } = offer;
    const isShared = device.allowMultipleAllocations ?? false;
    const isFree = asked.adminAccess || ((isShared || !this.#inUse.has(id)) && hasCounters(offer, this.#inUse));
    if (!isFree) return undefined;
    return consumptionOf(device, asked.capacity, (name) => (isShared ? this.#inUse.consumed(id, name) : 0n));
  }
}

/** Whether class, request and taints let the device in. */
function suits({ device, driver }: Offer, { deviceClass, asked, tolerations }: Wish, { metadata }: Claim): boolean {
  const keepsOff = (taint: DeviceTaint) =>
    (taint.effect === "NoSchedule" || taint.effect === "NoExecute") && !toleratesAny(tolerations, taint);
  return (
    !device.taints?.some(keepsOff) &&
    selects(deviceClass.spec.selectors, device, { driver, whose: `class ${deviceClass.metadata.name}` }) &&
    selects(asked.selectors, device, { driver, whose: `claim ${metadata.namespace}/${metadata.name}` })
  );
}
