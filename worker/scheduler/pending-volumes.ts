/** Whether the volumes of a pod have been made for the node that was chosen for it. */
import type { PersistentVolume } from "../../api/generated/core.v1.ts";
import { claimNamesOf } from "./cluster/claim-names.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import { claimsOf } from "./plugins/volume-binding.ts";
import { CLAIMS, isBound, SELECTED_NODE, VOLUMES } from "./volumes/pod-volumes.ts";
import { chooseVolumes, isReachable } from "./volumes/volume-choice.ts";

export type PendingVolumes = "ready" | "pending" | { readonly failed: string };

/** Undefined if a volume is gone, so that the node has to be chosen again. */
export function volumesFor(pod: PendingPod, node: NodeInfo, cluster: Cluster): PendingVolumes | undefined {
  for (const { name } of claimNamesOf(pod)) {
    const claim = cluster.get(CLAIMS, pod.namespace, name);
    if (!claim) return { failed: missing(pod, name) };
    // It decides when it is gone.
    if (claim.metadata.deletionTimestamp && !isBound(claim)) return "pending";
  }
  const claims = claimsOf(pod, cluster);
  if (!("waiting" in claims)) return { failed: claims.reasons.join(", ") };
  for (const { spec } of claims.bound) {
    const volume = cluster.get(VOLUMES, "", spec.volumeName ?? "");
    if (!volume) return undefined;
    if (!isReachable(volume, node)) return { failed: unreachable(volume, node) };
  }
  const isRequested = ({ metadata }: (typeof claims.waiting)[number]) =>
    metadata.annotations?.[SELECTED_NODE] === node.name;
  const others = claims.waiting.filter((claim) => !isRequested(claim));
  const choice = chooseVolumes(others, node, cluster);
  if (typeof choice === "string") return undefined;
  const [dropped] = choice.provision;
  // This is how a provisioner says that it cannot make a volume for the node.
  if (dropped) return { failed: `provisioning failed for PVC "${dropped.metadata.name}"` };
  return others.length < claims.waiting.length ? "pending" : "ready";
}

const missing = ({ namespace }: PendingPod, claim: string) =>
  `failed to check provisioning pvc: persistentvolumeclaims "${namespace}/${claim}" not found`;

const unreachable = (volume: PersistentVolume, node: NodeInfo) =>
  `pv "${volume.metadata.name}" node affinity doesn't match node "${node.name}": no matching NodeSelectorTerms`;
