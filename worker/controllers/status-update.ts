import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store/store.ts";
import type { ApplyEffect, PatchEffect, UpdateEffect } from "./controller.ts";
import { same } from "./same.ts";

/** Writes a status if it has changed. */
export function statusUpdate<T extends KubeObject & { status: object }>(
  resource: GroupResource,
  object: Stored<T>,
  status: T["status"],
): readonly UpdateEffect[] {
  if (same(object.status, status)) return [];
  return [
    {
      op: "update",
      resource,
      namespace: object.metadata.namespace ?? "",
      object: { ...object, status },
      subresource: "status",
    },
  ];
}

/**
 * Writes some conditions of a status that the snapshot holds only in part, provided that the object has not changed.
 */
export const conditionsPatch = (
  resource: GroupResource,
  { metadata }: Stored<KubeObject>,
  conditions: readonly object[],
): PatchEffect => ({
  op: "patch",
  resource,
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  subresource: "status",
  type: "application/strategic-merge-patch+json",
  patch: { metadata: { uid: metadata.uid, resourceVersion: metadata.resourceVersion }, status: { conditions } },
});

/** Applies the manager's own part of a status; the fields of other managers stay. */
export const statusApply = (
  resource: GroupResource,
  { apiVersion, kind, metadata: { namespace, name } }: Stored<KubeObject>,
  { fieldManager, status }: { fieldManager: string; status: object },
): ApplyEffect => ({
  op: "apply",
  resource,
  namespace: namespace ?? "",
  subresource: "status",
  fieldManager,
  object: { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, status },
});
