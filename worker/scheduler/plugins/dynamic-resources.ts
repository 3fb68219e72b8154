import { deepEqual } from "../../../api/machinery/json/deep-equal.ts";
import { DEVICE_CLASSES } from "../../../api/resources/resource/extended-resource.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Claim, Lack } from "../devices/allocate.ts";
import { readinessOf } from "../devices/binding-conditions.ts";
import { DEVICE_CLAIMS } from "../devices/device-use.ts";
import type { Freed } from "../devices/held-devices.ts";
import { isClaimOf, isReservedFor, isWithinReach, unschedulableReason } from "../devices/pod-claims.ts";
import { devicesAt, devicesOf, podDevicesOf, wantsDevices } from "../devices/pod-devices.ts";
import { SLICES } from "../devices/pools.ts";
import { preferenceOf } from "../devices/preference.ts";
import { normalizeByLargest, type Plugin } from "../framework/plugin.ts";

const NAME = "DynamicResources";
const refuse = (reason: string): Refusal => ({ plugin: NAME, reasons: [reason], resolvable: false });
const notYet: Refusal = { ...refuse("claims are not there yet"), silent: true };
const outOfReach = refuse("resourceclaim not available on the node");
const leftOver = refuse("cannot schedule extended resource claim");
const refusalByLack: Readonly<Record<Lack, Refusal>> = {
  "cannot allocate all claims": refuse("cannot allocate all claims"),
  "invalid resource pools were encountered": refuse("invalid resource pools were encountered"),
};

/**
 * The devices that the pod's claims request, or that map to its extended resources, must be available on the node, or
 * within reach of it if already allocated.
 */
export const dynamicResources: Plugin = {
  name: NAME,
  weight: 2,
  filter: (pod, cluster, now) => {
    const wanted = podDevicesOf(pod, cluster);
    if (!wanted) return notYet;
    if (!wantsDevices(wanted)) return undefined;
    const obstacle = unschedulableReason(wanted.claims, pod, cluster);
    if (obstacle !== undefined) return refuse(obstacle);
    const devices = devicesOf(cluster);
    const failed = wanted.claims.some((claim) => readinessOf(claim, now).kind === "failed");
    return {
      check: (node) => {
        // The claim created earlier may no longer fit: it is discarded, and everything is computed again.
        if (wanted.made) return leftOver;
        const outcome = devicesAt(node, pod, { wanted, devices });
        if (typeof outcome === "string") return refusalByLack[outcome];
        return failed || !wanted.claims.every((claim) => isWithinReach(claim, node)) ? outOfReach : undefined;
      },
    };
  },
  scorer: (pod, cluster) => {
    const wanted = podDevicesOf(pod, cluster);
    const isChoosy = ({ spec }: Claim) => spec.devices?.requests?.some(({ firstAvailable }) => firstAvailable) ?? false;
    if (!wanted?.claims.some((claim) => !claim.status.allocation) || !wanted.claims.some(isChoosy)) return undefined;
    const devices = devicesOf(cluster);
    return {
      score: (node) => {
        const outcome = devicesAt(node, pod, { wanted, devices });
        if (typeof outcome === "string") return 0;
        const given = new Map(outcome.reservations.map(({ claim, allocation }) => [claim, allocation]));
        const score = (claim: Claim) => preferenceOf(claim, claim.status.allocation ?? given.get(claim));
        return wanted.claims.reduce((sum, claim) => sum + score(claim), 0);
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
    if (change.kind !== "object") return false;
    if (change.resource === DEVICE_CLASSES || change.resource === SLICES) return !change.deleted;
    if (change.resource !== DEVICE_CLAIMS) return false;
    const claim = change.object as Claim;
    if (change.deleted) return claim.status.allocation !== undefined || isClaimOf(pod, claim);
    const before = change.previous as Claim | undefined;
    if (before?.status.allocation && !claim.status.allocation) return true;
    const isOwn =
      isClaimOf(pod, claim) ||
      podDevicesOf(pod, cluster)?.claims.some(({ metadata }) => metadata.uid === claim.metadata.uid);
    return isOwn === true && !(before && deepEqual(before.status, claim.status));
  },
};

export function claimToFree(
  pod: PendingPod,
  cluster: Cluster,
  { refusals, now }: { readonly refusals: ReadonlyMap<NodeInfo, Refusal>; readonly now: number },
): Freed | undefined {
  const { claims = [], made } = podDevicesOf(pod, cluster) ?? {};
  if (claims.length === 0 && !made) return undefined;
  const nodes = [...refusals].filter(([, refusal]) => refusal === outOfReach).map(([node]) => node);
  const useless = claims.find((claim) => {
    const { allocation, reservedFor = [] } = claim.status;
    const free = reservedFor.length === 0 || (reservedFor.length === 1 && isReservedFor(claim, pod));
    if (!allocation || !free || nodes.length === 0) return false;
    return readinessOf(claim, now).kind === "failed" || nodes.some((node) => !isWithinReach(claim, node));
  });
  if (useless) return { kind: "deallocate", claim: useless };
  return made && { kind: "discard", claim: made };
}
