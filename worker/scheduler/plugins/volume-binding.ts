import type { PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { claimNamesOf } from "../cluster/claim-names.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { changesLabels } from "../cluster/node-change.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { CLAIMS, type Claim, isBound, STORAGE_CLASSES, VOLUMES, waitsForConsumer } from "../volumes/pod-volumes.ts";
import { CAPACITIES, CSI_DRIVERS, chooseVolumes, isReachable } from "../volumes/volume-choice.ts";

const NAME = "VolumeBinding";
const refuse = (reason: string): Refusal => ({ plugin: NAME, reasons: [reason], resolvable: false });
const LOST = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)";
const OUT_OF_REACH = "node(s) didn't match PersistentVolume's node affinity";
const NO_VOLUME = "node(s) didn't find available persistent volumes to bind";
const NO_ROOM = "node(s) did not have enough free storage";

/** Bound volumes must be within the node's reach; claims that wait for their consumer must find a volume there. */
export const volumeBinding: Plugin = {
  name: NAME,
  filter: (pod, cluster) => {
    if (claimNamesOf(pod).length === 0) return undefined;
    const claims = claimsOf(pod, cluster);
    if ("reasons" in claims) return claims;
    const volumes = claims.bound.map(({ spec }) => cluster.get(VOLUMES, "", spec.volumeName ?? ""));
    return {
      // A problem with bound claims does not keep the others from being checked.
      check: (node) => {
        const bound = boundReason(volumes, node);
        const waiting = waitingReason(claims.waiting, node, cluster);
        if (bound === undefined && waiting === undefined) return undefined;
        const reasons = bound === LOST ? [waiting, bound] : [bound, waiting];
        return { plugin: NAME, reasons: reasons.filter((reason) => reason !== undefined), resolvable: false };
      },
    };
  },
  helps: (change, pod) => {
    if (change.kind === "node") return !change.previous || changesLabels(change);
    if (change.kind !== "object") return false;
    const { metadata } = change.object;
    if (change.resource !== CLAIMS) return !change.deleted && AWAITED.has(change.resource);
    // Only a pod that waits on a node for its claim has to know that it is gone.
    if (change.deleted && !pod.pod.status.nominatedNodeName) return false;
    return metadata.namespace === pod.namespace && claimNamesOf(pod).some(({ name }) => name === metadata.name);
  },
};

/** Resources besides claims that affect volumes and where they can be. */
const AWAITED: ReadonlySet<string> = new Set([VOLUMES, STORAGE_CLASSES, CSI_DRIVERS, CAPACITIES]);

/** Only the first unsuitable volume is reported. */
function boundReason(volumes: readonly (Stored<PersistentVolume> | undefined)[], node: NodeInfo): string | undefined {
  for (const volume of volumes) {
    if (!volume) return LOST;
    if (!isReachable(volume, node)) return OUT_OF_REACH;
  }
  return undefined;
}

function waitingReason(claims: readonly Claim[], node: NodeInfo, cluster: Cluster): string | undefined {
  if (claims.length === 0) return undefined;
  const choice = chooseVolumes(claims, node, cluster);
  if (choice === "no volume") return NO_VOLUME;
  return choice === "no room" ? NO_ROOM : undefined;
}

interface Claims {
  readonly bound: readonly Claim[];
  readonly waiting: readonly Claim[];
}

/** The pod's claims by what remains to be done; a Refusal if one keeps the pod off every node. */
function claimsOf(pod: PendingPod, cluster: Cluster): Claims | Refusal {
  const bound: Claim[] = [];
  const waiting: Claim[] = [];
  let immediate = false;
  for (const { name, ephemeral } of claimNamesOf(pod)) {
    const claim = cluster.get(CLAIMS, pod.namespace, name);
    if (!claim)
      return refuse(
        ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      );
    if (claim.status.phase === "Lost")
      return refuse(
        `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`,
      );
    if (claim.metadata.deletionTimestamp) return refuse(`persistentvolumeclaim "${name}" is being deleted`);
    const owners = claim.metadata.ownerReferences ?? [];
    if (ephemeral && !owners.some(({ uid, controller }) => controller && uid === pod.uid))
      return refuse(`PVC ${pod.namespace}/${name} was not created for pod ${pod.key} (pod is not owner)`);
    if (isBound(claim)) bound.push(claim);
    else if (waitsForConsumer(claim, cluster)) waiting.push(claim);
    else immediate = true;
  }
  return immediate ? refuse("pod has unbound immediate PersistentVolumeClaims") : { bound, waiting };
}
