/** Keeps as many pods of a template as a ReplicaSet asks for. */
import type { ReplicaSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Snapshot, settled } from "../controller.ts";
import { controllerOf, ownersOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { planReplicas } from "./replicas.ts";

const RESOURCE = "replicasets.apps";
const PRIMARY = { resource: RESOURCE, kind: "ReplicaSet", apiVersion: "apps/v1" };
const selectorOf = (object: Stored<KubeObject>) => (object as Stored<ReplicaSet>).spec.selector;

/** Pods of all replica sets of the same controller: a rollout's old and new pods count together on a node. */
function relatedPods(snapshot: Snapshot, replicaSet: Stored<ReplicaSet>, pods: readonly Pod[]): readonly Pod[] {
  const owner = controllerOf(replicaSet);
  if (!owner) return pods;
  return snapshot
    .ownedBy<ReplicaSet>(RESOURCE, owner.uid)
    .flatMap((sibling) => snapshot.ownedBy<Pod>("pods", sibling.metadata.uid));
}

export const replicaSetController: Controller = {
  name: "replicaset-controller",
  reads: [RESOURCE, "pods"],
  writes: [RESOURCE, "pods"],
  itemsOf: (change) =>
    change.resource === RESOURCE ? [itemKey(change.object)] : ownersOf(change, PRIMARY, selectorOf),
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const replicaSet = context.snapshot.get<ReplicaSet>(RESOURCE, namespace, name);
    if (!replicaSet) return settled;
    return planReplicas(
      replicaSet,
      {
        resource: RESOURCE,
        selector: replicaSet.spec.selector,
        countsTerminating: true,
        related: (pods) => relatedPods(context.snapshot, replicaSet, pods),
      },
      context,
    );
  },
};
