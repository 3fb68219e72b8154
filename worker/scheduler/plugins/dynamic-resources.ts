import type { ResourceClaim } from "../../../api/generated/resource.v1.ts";
import type { Cluster } from "../cluster.ts";
import { allocate, type Claim, DEVICE_CLASSES } from "../devices/allocate.ts";
import { DEVICE_CLAIMS, devicesInUse } from "../devices/device-use.ts";
import { deviceClaimsOf, isReservedFor, isWithinReach, obstacleOf } from "../devices/pod-claims.ts";
import { SLICES } from "../devices/pools.ts";
import type { PendingPod, Plugin, Refusal } from "../plugin.ts";

const NAME = "DynamicResources";
const refuse = (reason: string): Refusal => ({ plugin: NAME, reasons: [reason], resolvable: false });
const notYet: Refusal = { ...refuse("claims are not there yet"), silent: true };
const outOfReach = refuse("resourceclaim not available on the node");
const tooFew = refuse("cannot allocate all claims");

/** Devices that the pod's claims ask for must be found on the node, or be within its reach where they have been. */
export const dynamicResources: Plugin = {
  name: NAME,
  filter: (pod, cluster) => {
    if (!pod.pod.spec.resourceClaims?.length) return undefined;
    const claims = deviceClaimsOf(pod, cluster);
    if (!claims) return notYet;
    if (claims.length === 0) return undefined;
    const obstacle = obstacleOf(claims, pod, cluster);
    if (obstacle !== undefined) return refuse(obstacle);
    const open = claims.filter(({ status }) => !status.allocation);
    const inUse = devicesInUse(cluster);
    return {
      check: (node) => {
        if (!claims.every((claim) => isWithinReach(claim, node))) return outOfReach;
        return open.length === 0 || allocate(open, node, { cluster, inUse }) ? undefined : tooFew;
      },
    };
  },
  helps: (change, pod, cluster) => {
    if (change.kind === "node")
      return (
        !change.previous ||
        JSON.stringify(change.previous.metadata.labels) !== JSON.stringify(change.node.metadata.labels)
      );
    if (change.kind !== "object" || change.deleted) return false;
    if (change.resource === DEVICE_CLASSES || change.resource === SLICES) return true;
    if (change.resource !== DEVICE_CLAIMS) return false;
    // Without an allocation it may just have given its devices back.
    const { status, metadata } = change.object as Claim;
    return !status.allocation || (deviceClaimsOf(pod, cluster) ?? []).some((own) => own.metadata.uid === metadata.uid);
  },
};

/** A claim whose devices are nobody's and where the pod cannot be: they are given back, and looked for anew. */
export function claimToDeallocate(pod: PendingPod, cluster: Cluster): Claim | undefined {
  return deviceClaimsOf(pod, cluster)?.find((claim) => {
    const { allocation, reservedFor = [] } = (claim as ResourceClaim).status;
    const free = reservedFor.length === 0 || (reservedFor.length === 1 && isReservedFor(claim, pod));
    return allocation !== undefined && free && !cluster.nodes.every((node) => isWithinReach(claim, node));
  });
}
