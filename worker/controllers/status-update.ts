import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { GroupResource } from "../../api/store.ts";
import type { UpdateEffect } from "./controller.ts";
import { same } from "./same.ts";

/** Writes a status, if it differs from the one that is. */
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
