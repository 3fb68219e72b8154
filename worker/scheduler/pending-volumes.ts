/** Whether the volumes of a pod have been made for the node that was chosen for it. */
import type { PersistentVolume } from "../../api/generated/core.v1.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import { claimsOf } from "./plugins/volume-binding.ts";
import { SELECTED_NODE, VOLUMES } from "./volumes/pod-volumes.ts";
import { chooseVolumes, isReachable } from "./volumes/volume-choice.ts";

export type PendingVolumes = "ready" | "pending" | { readonly failed: string };

/** Undefined if a claim or volume is gone, so that the node has to be chosen again. */
export function volumesFor(pod: PendingPod, node: NodeInfo, cluster: Cluster): PendingVolumes | undefined {
  const claims = claimsOf(pod, cluster);
  if (!("waiting" in claims)) return undefined;
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

const unreachable = (volume: PersistentVolume, node: NodeInfo) =>
  `pv "${volume.metadata.name}" node affinity doesn't match node "${node.name}": no matching NodeSelectorTerms`;
