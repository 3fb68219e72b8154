/** What a pod wants of the cluster's devices, and what it is given on a node. */
import type { AllocationResult, DeviceClass, ResourceSlice } from "../../../api/generated/resource.v1.ts";
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
  /** That it names, or that were made for it from templates. */
  readonly claims: readonly Claim[];
  /** Names of device classes that stand for its extended resources, by resource. */
  readonly extended: ReadonlyMap<string, string>;
  /** Made for these in an earlier cycle. */
  readonly made?: Claim;
}

const NOTHING: PodDevices = { claims: [], extended: new Map() };

export const wantsDevices = ({ claims, extended }: PodDevices): boolean => claims.length + extended.size > 0;

/** Undefined where a claim is missing, ending or another pod's. */
export function podDevicesOf(pod: PendingPod, cluster: Cluster): PodDevices | undefined {
  const names = pod.pod.spec.resourceClaims?.length ?? 0;
  if (names === 0 && pod.requests.scalars.size === 0) return NOTHING;
  const claims = deviceClaimsOf(pod, cluster);
  if (!claims) return undefined;
  const extended = extendedResourcesOf(pod, cluster);
  const made = extended.size > 0 ? extendedClaimOf(pod, cluster) : undefined;
  return { claims, extended, ...(made && { made }) };
}

/** What the cluster has of devices, and who has them. */
export const devicesOf = (cluster: Cluster): Devices => ({
  supply: new DeviceSupply(cluster.list<ResourceSlice>(SLICES)),
  inUse: devicesInUse(cluster),
  classOf: (name) => cluster.get<DeviceClass>(DEVICE_CLASSES, "", name),
});

/** What a pod's claim is to become. */
export interface Reservation {
  readonly claim: Claim;
  /** Undefined: it has one. */
  readonly allocation?: AllocationResult;
}

/** What placing a pod means for devices. */
export interface DevicePlan {
  readonly reservations: readonly Reservation[];
  readonly extended?: AllocatedExtendedClaim;
}

/** Of a pod that wants none. */
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
