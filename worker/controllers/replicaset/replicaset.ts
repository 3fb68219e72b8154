/** Keeps the number of pods that a ReplicaSet asks for. */
import type { ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Snapshot } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { replicasController } from "./replicas-controller.ts";

/**
 * Pods of all replica sets of the same controller: during a rollout, old and new pods on a node are counted together.
 */
function relatedPods(snapshot: Snapshot, replicaSet: Stored<ReplicaSet>, pods: readonly Pod[]): readonly Pod[] {
  const owner = controllerOf(replicaSet);
  if (!owner) return pods;
  return snapshot
    .ownedBy<ReplicaSet>("replicasets.apps", owner.uid)
    .flatMap((sibling) => snapshot.ownedBy<Pod>("pods", sibling.metadata.uid));
}

export const replicaSetController = replicasController<ReplicaSet>({
  name: "replicaset-controller",
  primary: { resource: "replicasets.apps", kind: "ReplicaSet", apiVersion: "apps/v1" },
  selectorOf: ({ spec }) => spec.selector,
  countsTerminating: true,
  related: relatedPods,
});
