import type { ResourceClaim } from "../../../api/generated/resource.v1.ts";
import { deepEqual } from "../../../api/machinery/deep-equal.ts";
import type { Cluster } from "../cluster.ts";
import { allocate, type Claim, DEVICE_CLASSES, type Lack } from "../devices/allocate.ts";
import { DEVICE_CLAIMS } from "../devices/device-use.ts";
import { deviceClaimsOf, devicesOf, isReservedFor, isWithinReach, obstacleOf } from "../devices/pod-claims.ts";
import { SLICES } from "../devices/pools.ts";
import { preferenceOf } from "../devices/preference.ts";
import { normalizeByLargest, type PendingPod, type Plugin, type Refusal } from "../plugin.ts";

const NAME = "DynamicResources";
const refuse = (reason: string): Refusal => ({ plugin: NAME, reasons: [reason], resolvable: false });
const notYet: Refusal = { ...refuse("claims are not there yet"), silent: true };
const outOfReach = refuse("resourceclaim not available on the node");
const lacks: Readonly<Record<Lack, Refusal>> = {
  "cannot allocate all claims": refuse("cannot allocate all claims"),
  "invalid resource pools were encountered": refuse("invalid resource pools were encountered"),
};

/** Devices that the pod's claims ask for must be found on the node, or be within its reach where they have been. */
export const dynamicResources: Plugin = {
  name: NAME,
  weight: 2,
  filter: (pod, cluster) => {
    if (!pod.pod.spec.resourceClaims?.length) return undefined;
    const claims = deviceClaimsOf(pod, cluster);
    if (!claims) return notYet;
    if (claims.length === 0) return undefined;
    const obstacle = obstacleOf(claims, pod, cluster);
    if (obstacle !== undefined) return refuse(obstacle);
    const open = claims.filter(({ status }) => !status.allocation);
    const devices = devicesOf(cluster);
    return {
      check: (node) => {
        const outcome = open.length === 0 ? [] : allocate(open, node, devices);
        if (typeof outcome === "string") return lacks[outcome];
        return claims.every((claim) => isWithinReach(claim, node)) ? undefined : outOfReach;
      },
    };
  },
  scorer: (pod, cluster) => {
    const claims = deviceClaimsOf(pod, cluster) ?? [];
    const open = claims.filter(({ status }) => !status.allocation);
    const choosy = claims.some(({ spec }) => spec.devices?.requests?.some(({ firstAvailable }) => firstAvailable));
    if (open.length === 0 || !choosy) return undefined;
    const devices = devicesOf(cluster);
    return {
      score: (node) => {
        const outcome = allocate(open, node, devices);
        if (typeof outcome === "string") return 0;
        const allocationOf = (claim: Claim) => claim.status.allocation ?? outcome[open.indexOf(claim)];
        return claims.reduce((sum, claim) => sum + preferenceOf(claim, allocationOf(claim)), 0);
      },
      normalize: (scores) => normalizeByLargest(scores, "more"),
    };
  },
  helps: (change, pod, cluster) => {
    if (change.kind === "node")
      return (
        !change.previous ||
        !deepEqual(change.previous.metadata.labels, change.node.metadata.labels) ||
        !deepEqual(change.previous.status.allocatable, change.node.status.allocatable)
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
