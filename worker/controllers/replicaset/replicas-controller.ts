/** The controller of a kind that keeps a number of pods of a template. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { ResourceTypes } from "../../../api/resources/resource-types.ts";
import { type Controller, type Snapshot, settled } from "../controller.ts";
import { controllerOf, ownersOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { selects } from "../label-selector.ts";
import { planReplicas, type ReplicaRules } from "./replicas.ts";

type ReplicasResource = "replicasets.apps" | "replicationcontrollers";

interface ReplicasKind<R extends ReplicasResource> extends Pick<ReplicaRules, "countsTerminating"> {
  readonly name: string;
  readonly primary: Parameters<typeof ownersOf<R>>[1];
  readonly selectorOf: (owner: Stored<ResourceTypes[R]>) => LabelSelector | undefined;
}

export function replicasController<R extends ReplicasResource>({
  name,
  primary,
  selectorOf,
  countsTerminating,
}: ReplicasKind<R>): Controller {
  const { resource } = primary;
  /**
   * Pods that the sets of the owner's controller select, whoever owns them: during a rollout, old and new pods on a node
   * are counted together. A set that nothing controls has none.
   */
  function related(snapshot: Snapshot, owner: Stored<ResourceTypes[R]>): ReadonlySet<Pod> {
    const controller = controllerOf(owner);
    if (!controller) return new Set();
    const siblings = snapshot
      .ownedBy(resource, controller.uid)
      .filter((sibling) => controllerOf(sibling)?.uid === controller.uid);
    const selected = siblings.flatMap((sibling) => {
      const selector = selectorOf(sibling);
      return snapshot
        .labelled("pods", sibling.metadata.namespace ?? "", selector?.matchLabels ?? {})
        .filter(({ metadata }) => selects(selector, metadata.labels));
    });
    return new Set(selected);
  }
  return {
    name,
    reads: [resource, "pods"],
    writes: [resource, "pods"],
    itemsOf: (change) =>
      change.resource === resource ? [itemKey(change.object)] : ownersOf(change, primary, selectorOf),
    reconcile(item, context) {
      const { namespace, name: ownerName } = splitItem(item);
      const owner = context.snapshot.get(resource, namespace, ownerName);
      if (!owner) return settled;
      const rules: ReplicaRules = {
        resource,
        selector: selectorOf(owner),
        countsTerminating,
        related: () => related(context.snapshot, owner),
      };
      return planReplicas(owner, rules, context);
    },
  };
}
