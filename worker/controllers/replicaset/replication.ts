/** Keeps as many pods of a template as a ReplicationController asks for: a ReplicaSet with a plainer selector. */
import type { Pod, ReplicationController } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { type Controller, settled } from "../controller.ts";
import { ownersOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { planReplicas } from "./replicas.ts";

const RESOURCE = "replicationcontrollers";
const PRIMARY = { resource: RESOURCE, kind: "ReplicationController", apiVersion: "v1" };
const selectorOf = (object: Stored<KubeObject>) => {
  const matchLabels = (object as Stored<ReplicationController>).spec.selector;
  return matchLabels && { matchLabels };
};

export const replicationController: Controller = {
  name: "replication-controller",
  reads: [RESOURCE, "pods"],
  writes: [RESOURCE, "pods"],
  itemsOf: (change) =>
    change.resource === RESOURCE ? [itemKey(change.object)] : ownersOf(change, PRIMARY, selectorOf),
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const owner = context.snapshot.get<ReplicationController>(RESOURCE, namespace, name);
    if (!owner) return settled;
    const rules = {
      resource: RESOURCE,
      selector: selectorOf(owner),
      countsTerminating: false,
      related: (pods: readonly Stored<Pod>[]) => pods,
    };
    return planReplicas(owner, rules, context);
  },
};
