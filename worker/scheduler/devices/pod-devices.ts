/** The devices that a pod needs, and those that it gets on a node. */
import type { AllocationResult } from "../../../api/generated/resource.v1.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import { allocate, type Claim, type Devices, type Lack } from "./allocate.ts";
import { devicesInUse } from "./device-use.ts";
import {
  type AllocatedExtendedClaim,
  extendedClaimAt,
  extendedClaimOf,
  extendedResourcesOf,
} from "./extended-claim.ts";
import { deviceClaimsOf, isReservedFor } from "./pod-claims.ts";
import { DeviceSupply, SLICES } from "./pools.ts";

export interface PodDevices {
  /** Claims that it names, or that were created for it from templates. */
  readonly claims: readonly Claim[];
  /** Names of device classes that map to its extended resources, by resource. */
  readonly extended: ReadonlyMap<string, string>;
  /** The claim created for these in an earlier cycle. */
  readonly made?: Claim;
}

const NOTHING: PodDevices = { claims: [], extended: new Map() };

export const wantsDevices = ({ claims, extended }: PodDevices): boolean => claims.length + extended.size > 0;

/** Undefined if a claim is missing, terminating or another pod's. */
export function podDevicesOf(pod: PendingPod, cluster: Cluster): PodDevices | undefined {
  const names = pod.pod.spec.resourceClaims?.length ?? 0;
  if (names === 0 && pod.requests.scalars.size === 0) return NOTHING;
  const claims = deviceClaimsOf(pod, cluster);
  if (!claims) return undefined;
  const extended = extendedResourcesOf(pod, cluster);
  const made = extended.size > 0 ? extendedClaimOf(pod, cluster) : undefined;
  return { claims, extended, ...(made && { made }) };
}

/** The cluster's devices, and their users. */
export const devicesOf = (cluster: Cluster): Devices => ({
  supply: new DeviceSupply(cluster.list(SLICES)),
  inUse: devicesInUse(cluster),
  classOf: (name) => cluster.get(DEVICE_CLASSES, "", name),
});

/** What happens to a pod's claim. */
export interface Reservation {
  readonly claim: Claim;
  /** Undefined: it is allocated already. */
  readonly allocation?: AllocationResult;
}

/** What placing the pod means for devices. */
export interface DevicePlan {
  readonly reservations: readonly Reservation[];
  readonly extended?: AllocatedExtendedClaim;
}

/** For a pod that needs none. */
export const NO_DEVICES: DevicePlan = { reservations: [] };

/** Or what the node lacks. */
export function devicesAt(
  node: NodeInfo,
  pod: PendingPod,
  { wanted: { claims, extended }, devices }: { readonly wanted: PodDevices; readonly devices: Devices },
): DevicePlan | Lack {
  const open = claims.filter(({ status }) => !status.allocation);
  const ofResources = extendedClaimAt(node, pod, extended);
  const demands = ofResources ? [...open, ofResources] : open;
  const allocations = demands.length === 0 ? [] : allocate(demands, node, devices);
  if (typeof allocations === "string") return allocations;
  const reservations = claims.flatMap((claim): Reservation[] => {
    const allocation = allocations[open.indexOf(claim)];
    if (allocation) return [{ claim, allocation }];
    return isReservedFor(claim, pod) ? [] : [{ claim }];
  });
  const allocation = ofResources && allocations[open.length];
  return { reservations, ...(ofResources && allocation && { extended: { ...ofResources, allocation } }) };
}
