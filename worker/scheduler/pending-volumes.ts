/** Whether the volumes of a pod have been made for the node that was chosen for it. */
import type { PersistentVolume } from "../../api/generated/core.v1.ts";
import { claimNamesOf } from "./cluster/claim-names.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import { CLAIMS, type Claim, isBound, SELECTED_NODE, VOLUMES } from "./volumes/pod-volumes.ts";
import { chooseVolumes, isReachable } from "./volumes/volume-choice.ts";

export type PendingVolumes = "ready" | "pending" | { readonly failed: string };

/** Undefined if a volume is gone, so that the node has to be chosen again. */
export function volumesFor(pod: PendingPod, node: NodeInfo, cluster: Cluster): PendingVolumes | undefined {
  const others: Claim[] = [];
  let isRequested = false;
  for (const { name } of claimNamesOf(pod)) {
    const claim = cluster.get(CLAIMS, pod.namespace, name);
    if (!claim) return { failed: missing(pod, name) };
    if (isBound(claim)) {
      const volume = cluster.get(VOLUMES, "", claim.spec.volumeName ?? "");
      if (!volume) return undefined;
      if (!isReachable(volume, node)) return { failed: unreachable(volume, node) };
    } else if (claim.metadata.annotations?.[SELECTED_NODE] === node.name) isRequested = true;
    else others.push(claim);
  }
  const choice = chooseVolumes(others, node, cluster);
  if (typeof choice === "string") return undefined;
  const [dropped] = choice.provision;
  // This is how a provisioner says that it cannot make a volume for the node.
  if (dropped) return { failed: `provisioning failed for PVC "${dropped.metadata.name}"` };
  return isRequested ? "pending" : "ready";
}

const missing = ({ namespace }: PendingPod, claim: string) =>
  `failed to check provisioning pvc: persistentvolumeclaims "${namespace}/${claim}" not found`;

const unreachable = (volume: PersistentVolume, node: NodeInfo) =>
  `pv "${volume.metadata.name}" node affinity doesn't match node "${node.name}": no matching NodeSelectorTerms`;
