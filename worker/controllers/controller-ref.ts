/**
 * Owner references: which controller owns an object, and how a controller adopts and releases objects by its selector.
 */
import type { LabelSelector, OwnerReference } from "../../api/generated/meta.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ResourceTypes } from "../../api/resources/resource-types.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { Effect, ItemKey, ObjectChange, PatchEffect, Snapshot } from "./controller.ts";
import { itemKey, itemOf } from "./item-key.ts";
import { selects } from "./label-selector.ts";

export const controllerOf = (object: KubeObject): OwnerReference | undefined =>
  object.metadata.ownerReferences?.find((owner) => owner.controller);

/** The reference that a controller sets on what it creates. */
export const controllerReference = (owner: Stored<KubeObject>): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

export interface Claim<T extends KubeObject> {
  /** Objects that are owned already, and stay so. */
  readonly owned: readonly Stored<T>[];
  /** Adoptions and releases. Adopted objects appear as owned in the next snapshot. */
  readonly effects: readonly Effect[];
  readonly adopting: readonly Stored<T>[];
}

/** Removes one owner reference. */
export const releasePatch = (resource: GroupResource, object: Stored<KubeObject>, ownerUid: string): PatchEffect => ({
  op: "patch",
  resource,
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name,
  type: "application/strategic-merge-patch+json",
  patch: { metadata: { uid: object.metadata.uid, ownerReferences: [{ $patch: "delete", uid: ownerUid }] } },
});

/**
 * Which of a namespace's objects belong to an owner, as in Kubernetes' ControllerRefManager: adopts matching orphans
 * and releases objects that no longer match.
 */
export function claim<T extends KubeObject>(
  snapshot: Snapshot,
  resource: GroupResource,
  owner: Stored<KubeObject>,
  options: {
    readonly selector: LabelSelector | undefined;
    readonly adoptable?: (object: Stored<T>) => boolean;
    /** Objects that are not releasable stay with their owner, whatever their labels. */
    readonly releasable?: (object: Stored<T>) => boolean;
    /** Finalizers to add on adoption. */
    readonly finalizers?: readonly string[];
  },
): Claim<T> {
  const { selector, adoptable = () => true, releasable = () => true } = options;
  const namespace = owner.metadata.namespace ?? "";
  const controlled = snapshot
    .ownedBy<T>(resource, owner.metadata.uid)
    .filter((object) => controllerOf(object)?.uid === owner.metadata.uid);
  const isSelected = (object: Stored<T>) => selects(selector, object.metadata.labels);
  if (owner.metadata.deletionTimestamp) return { owned: controlled.filter(isSelected), effects: [], adopting: [] };
  const released = controlled
    .filter((object) => !isSelected(object) && !object.metadata.deletionTimestamp && releasable(object))
    .map((object) => releasePatch(resource, object, owner.metadata.uid));
  const adopting = snapshot
    .orphans<T>(resource, namespace)
    .filter((object) => isSelected(object) && !object.metadata.deletionTimestamp && adoptable(object));
  const adopted = adopting.map(
    (object): PatchEffect => ({
      op: "patch",
      resource,
      namespace,
      name: object.metadata.name,
      type: "application/strategic-merge-patch+json",
      patch: {
        metadata: {
          uid: object.metadata.uid,
          ownerReferences: [controllerReference(owner)],
          ...(options.finalizers ? { finalizers: options.finalizers } : {}),
        },
      },
    }),
  );
  return { owned: controlled.filter(isSelected), effects: [...released, ...adopted], adopting };
}

/**
 * The items that a changed dependent touches: its controllers before and after, and for an orphan every object of the
 * primary resource in its namespace whose selector matches.
 */
export function ownersOf<R extends keyof ResourceTypes>(
  change: ObjectChange,
  primary: { readonly resource: R; readonly kind: string; readonly apiVersion: string },
  selectorOf: (owner: Stored<ResourceTypes[R]>) => LabelSelector | undefined,
): readonly ItemKey[] {
  const items = new Set<ItemKey>();
  const namespace = change.object.metadata.namespace ?? "";
  for (const version of [change.object, change.previous]) {
    const owner = version && controllerOf(version);
    if (owner) {
      if (owner.kind === primary.kind && sameGroup(owner.apiVersion, primary.apiVersion))
        items.add(itemOf(namespace, owner.name));
    } else if (version && !change.deleted) {
      for (const candidate of change.snapshot.list(primary.resource, namespace))
        if (selects(selectorOf(candidate), version.metadata.labels)) items.add(itemKey(candidate));
    }
  }
  return [...items];
}

const sameGroup = (a: string, b: string) => a.split("/").slice(0, -1).join() === b.split("/").slice(0, -1).join();
