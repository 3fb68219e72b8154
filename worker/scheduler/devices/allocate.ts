/**
 * Finds devices of a node for claims, all or nothing: depth first, request by request, as in Kubernetes' structured
 * allocator. Only decides.
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
import { toleratesAny } from "../../../api/machinery/selectors/tolerations.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import { allocationOf, type Choice } from "./allocation.ts";
import { consumptionOf } from "./capacity.ts";
import { ClaimFailure } from "./claim-failure.ts";
import { mayJoin } from "./constraint.ts";
import { CounterUse } from "./counters.ts";
import { selects } from "./device-selector.ts";
import { DeviceUse } from "./device-use.ts";
import type { DeviceSupply, Offer, Pool } from "./pools.ts";

export type Claim = Stored<ResourceClaim>;

/** What devices are needed for: a claim, or what will become one. */
export type Demand = Pick<ResourceClaim, "spec"> & {
  readonly metadata: { readonly namespace?: string; readonly name: string };
};

/** The most devices per claim, by validation of its status. */
const MAX_DEVICES = 32;
/** The most devices tried per node: kube-scheduler gives up after ten seconds. */
const MAX_STEPS = 50_000;

export interface Devices {
  readonly supply: DeviceSupply;
  readonly inUse: DeviceUse;
  readonly classOf: (name: string) => Stored<DeviceClass> | undefined;
}

/** Worded as in kube-scheduler. */
export type Lack = "cannot allocate all claims" | "invalid resource pools were encountered";

/** An allocation for each demand, or why the node cannot satisfy them. Throws {@link ClaimFailure}. */
export function allocate(
  demands: readonly Demand[],
  node: NodeInfo,
  devices: Devices,
): readonly AllocationResult[] | Lack {
  return new Search(demands, node, devices).solve();
}

type DeviceRequestSpec = Pick<
  ExactDeviceRequest,
  "deviceClassName" | "selectors" | "allocationMode" | "count" | "adminAccess" | "capacity" | "tolerations"
>;

/** One way to satisfy a request. */
interface Alternative {
  /** `NAME`, or `NAME/SUBREQUEST`. */
  readonly request: string;
  readonly whose: string;
  readonly deviceClass: Stored<DeviceClass>;
  readonly spec: DeviceRequestSpec;
  readonly tolerations: readonly DeviceToleration[];
  /** The devices of a request for all of them. */
  readonly all?: readonly Offer[];
  /** Cached results of the selectors. */
  readonly selected: Map<Offer, boolean>;
}

const countOf = ({ all, spec }: Alternative): number => all?.length ?? spec.count ?? 1;

class Search {
  readonly #demands: readonly Demand[];
  readonly #node: NodeInfo;
  readonly #pools: readonly Pool[];
  readonly #offers: readonly Offer[];
  readonly #devices: Devices;
  readonly #counters: CounterUse;
  /** For which of the demands devices are chosen that only one may have. */
  readonly #taken = new Map<string, Set<number>>();
  /** Shares that are chosen. */
  readonly #shares = new DeviceUse();
  readonly #chosen: Choice[][];
  #alternatives: readonly (readonly (readonly Alternative[])[])[] = [];
  #steps = 0;

  constructor(demands: readonly Demand[], node: NodeInfo, devices: Devices) {
    this.#demands = demands;
    this.#node = node;
    this.#devices = devices;
    this.#pools = devices.supply.poolsFor(node);
    this.#offers = this.#pools.flatMap(({ offers }) => offers);
    this.#counters = new CounterUse((id) => devices.inUse.has(id));
    this.#chosen = demands.map(() => []);
  }

  solve(): readonly AllocationResult[] | Lack {
    this.#alternatives = this.#demands.map((demand) => this.#alternativesOf(demand));
    if (this.#request(0, 0))
      return this.#demands.map((demand, i) => allocationOf(demand, this.#chosen[i] ?? [], this.#node.name));
    return this.#pools.some(({ state }) => state === "invalid")
      ? "invalid resource pools were encountered"
      : "cannot allocate all claims";
  }

  /** The alternatives of each request. */
  #alternativesOf({ metadata: { namespace, name }, spec: { devices } }: Demand): readonly (readonly Alternative[])[] {
    const whose = `claim ${namespace}/${name}`;
    const alternatives = (devices?.requests ?? []).map(({ name: request, exactly, firstAvailable = [] }) => [
      ...(exactly ? [this.#alternative(request, exactly, { whose, own: request })] : []),
      ...firstAvailable.map((each) => this.#alternative(`${request}/${each.name}`, each, { whose, own: each.name })),
    ]);
    const least = alternatives.reduce((sum, either) => sum + Math.min(...either.map(countOf)), 0);
    if (least > MAX_DEVICES)
      throw new ClaimFailure(
        `${whose}: number of requested devices ${least} exceeds the claim limit of ${MAX_DEVICES}`,
      );
    return alternatives;
  }

  #alternative(
    request: string,
    spec: DeviceRequestSpec,
    { whose, own }: { readonly whose: string; readonly own: string },
  ): Alternative {
    const { deviceClassName, allocationMode, tolerations = [] } = spec;
    const deviceClass = this.#devices.classOf(deviceClassName);
    if (!deviceClass)
      throw new ClaimFailure(`${whose}, request ${own}: could not retrieve device class ${deviceClassName}`);
    const alternative: Alternative = { request, whose, deviceClass, spec, tolerations, selected: new Map() };
    if (allocationMode !== "All") return alternative;
    const all: Offer[] = [];
    for (const { state, driver, name, offers } of this.#pools) {
      if (state !== "usable")
        throw new ClaimFailure(
          `${whose}, request ${own}: asks for all devices, but resource pool ${driver}/${name} is currently ${state === "invalid" ? "invalid" : "being updated"}`,
        );
      all.push(...offers.filter((offer) => isSelected(alternative, offer) && this.#consumption(offer, alternative)));
    }
    return { ...alternative, all };
  }

  #request(demandAt: number, requestAt: number): boolean {
    const alternatives = this.#alternatives[demandAt];
    if (!alternatives) return true;
    const either = alternatives[requestAt];
    if (!either) return this.#request(demandAt + 1, 0);
    const next = () => this.#request(demandAt, requestAt + 1);
    return either.some((alternative) => {
      const chosen = this.#chosen[demandAt]?.length ?? 0;
      const count = countOf(alternative);
      if (chosen + count > MAX_DEVICES) return false;
      if (!alternative.all) return this.#choose(alternative, demandAt, { from: 0, left: count, next });
      return alternative.all.length > 0 && this.#takeAll(alternative, demandAt, { offers: alternative.all, next });
    });
  }

  /** Chooses a number of devices in increasing order, then everything else. */
  #choose(
    alternative: Alternative,
    demandAt: number,
    { from, left, next }: { readonly from: number; readonly left: number; readonly next: () => boolean },
  ): boolean {
    if (left === 0) return next();
    for (let at = from; at < this.#offers.length; at++) {
      const offer = this.#offers[at];
      if (!offer) return false;
      if (++this.#steps > MAX_STEPS)
        throw new ClaimFailure(`node ${this.#node.name}: timed out trying to allocate devices`);
      if (!this.#isFree(offer, alternative, demandAt) || !isSelected(alternative, offer)) continue;
      // Too few are left: only check whether the selectors can be evaluated for the last ones.
      if (at + left > this.#offers.length) continue;
      const rest = () => this.#choose(alternative, demandAt, { from: at + 1, left: left - 1, next });
      if (this.#take(alternative, demandAt, { offer, next: rest }) === true) return true;
    }
    return false;
  }

  /** One after another: none of them can be left out. */
  #takeAll(
    alternative: Alternative,
    demandAt: number,
    { offers, next }: { readonly offers: readonly Offer[]; readonly next: () => boolean },
  ): boolean {
    const [offer, ...others] = offers;
    if (!offer) return next();
    const rest = () => this.#takeAll(alternative, demandAt, { offers: others, next });
    const outcome =
      this.#isFree(offer, alternative, demandAt) && this.#take(alternative, demandAt, { offer, next: rest });
    if (outcome === "constrained") {
      const own = alternative.request.slice(alternative.request.indexOf("/") + 1);
      throw new ClaimFailure(
        `${alternative.whose}, request ${own}: cannot add device ${offer.id} because a claim constraint would not be satisfied`,
      );
    }
    return outcome;
  }

  /** A device may also be claimed for administrative access by others, once per claim. */
  #isFree({ id }: Offer, { spec }: Alternative, demandAt: number): boolean {
    const taken = this.#taken.get(id);
    if (spec.adminAccess) return !taken?.has(demandAt);
    return !this.#devices.inUse.isTaken(id) && !taken?.size;
  }

  /** Takes the device if it is available; gives it back if what follows cannot be satisfied. */
  #take(
    alternative: Alternative,
    demandAt: number,
    { offer, next }: { readonly offer: Offer; readonly next: () => boolean },
  ): boolean | "constrained" {
    const chosen = this.#chosen[demandAt];
    const consumption = this.#consumption(offer, alternative);
    if (!chosen || !consumption || isTaintedFor(offer, alternative)) return false;
    const { device, id } = offer;
    const isShared = device.allowMultipleAllocations ?? false;
    const { request, deviceClass, tolerations } = alternative;
    const choice: Choice = {
      request,
      deviceClass,
      tolerations,
      offer,
      adminAccess: alternative.spec.adminAccess ?? false,
      ...(isShared && { share: consumption }),
    };
    // Sharing a device consumes its pool's counters only once.
    const counts = !isShared || !(this.#devices.inUse.isShared(id) || this.#shares.isShared(id));
    if (counts && !this.#counters.take(offer)) return false;
    if (!mayJoin(choice, chosen, this.#demands[demandAt]?.spec.devices?.constraints ?? [])) {
      if (counts) this.#counters.giveBack(offer);
      return "constrained";
    }
    chosen.push(choice);
    if (isShared) this.#shares.take(id, consumption);
    else this.#hold(id, demandAt);
    if (next()) return true;
    chosen.pop();
    if (isShared) this.#shares.giveBack(id, consumption);
    else this.#taken.get(id)?.delete(demandAt);
    if (counts) this.#counters.giveBack(offer);
    return false;
  }

  #hold(id: string, demandAt: number): void {
    const holders = this.#taken.get(id);
    if (holders) holders.add(demandAt);
    else this.#taken.set(id, new Set([demandAt]));
  }

  /** What is consumed of the device's capacities; undefined if they do not suffice. */
  #consumption({ device, id }: Offer, { spec }: Alternative) {
    const { inUse } = this.#devices;
    return consumptionOf(device, spec.capacity, (name) =>
      device.allowMultipleAllocations ? inUse.consumed(id, name) + this.#shares.consumed(id, name) : 0n,
    );
  }
}

function isSelected({ deviceClass, spec, whose, selected }: Alternative, offer: Offer): boolean {
  let matches = selected.get(offer);
  if (matches === undefined) {
    const { device, pool } = offer;
    const { driver } = pool;
    matches =
      selects(deviceClass.spec.selectors, device, { driver, whose: `class ${deviceClass.metadata.name}` }) &&
      selects(spec.selectors, device, { driver, whose });
    selected.set(offer, matches);
  }
  return matches;
}

const isTaintedFor = ({ device }: Offer, { tolerations }: Alternative): boolean =>
  device.taints?.some(
    (taint: DeviceTaint) =>
      (taint.effect === "NoSchedule" || taint.effect === "NoExecute") && !toleratesAny(tolerations, taint),
  ) ?? false;
