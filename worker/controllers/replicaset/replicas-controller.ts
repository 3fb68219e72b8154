/** The controller of a kind that keeps a number of pods of a template. */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type Controller, type Snapshot, settled } from "../controller.ts";
import { ownersOf } from "../controller-ref.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { planReplicas, type ReplicaRules, type Replicated } from "./replicas.ts";

interface ReplicasKind<T extends Replicated> extends Pick<ReplicaRules, "countsTerminating"> {
  readonly name: string;
  readonly primary: Parameters<typeof ownersOf>[1];
  readonly selectorOf: (owner: Stored<T>) => LabelSelector | undefined;
  /** Pods that are counted together with the owner's own when computing how many of them a node has. */
  readonly related?: (snapshot: Snapshot, owner: Stored<T>, pods: readonly Pod[]) => readonly Pod[];
}

export function replicasController<T extends Replicated>({
  name,
  primary,
  selectorOf,
  countsTerminating,
  related = (_snapshot, _owner, pods) => pods,
}: ReplicasKind<T>): Controller {
  const { resource } = primary;
  return {
    name,
    reads: [resource, "pods"],
    writes: [resource, "pods"],
    itemsOf: (change) =>
      change.resource === resource
        ? [itemKey(change.object)]
        : ownersOf(change, primary, (owner) => selectorOf(owner as Stored<T>)),
    reconcile(item, context) {
      const { namespace, name: ownerName } = splitItem(item);
      const owner = context.snapshot.get<T>(resource, namespace, ownerName);
      if (!owner) return settled;
      const rules: ReplicaRules = {
        resource,
        selector: selectorOf(owner),
        countsTerminating,
        related: (pods) => related(context.snapshot, owner, pods),
      };
      return planReplicas(owner, rules, context);
    },
  };
}
