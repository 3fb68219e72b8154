/** managedFields for objects that the scheduler writes directly to the store. */
import type { ManagedFieldsEntry } from "../../api/generated/meta.v1.ts";
import { type KindAtVersion, ownableThrough } from "../../api/machinery/apply/ownership.ts";
import { structView } from "../../api/machinery/apply/struct-view.ts";
import { trackUpdate } from "../../api/machinery/apply/track-update.ts";
import { membersOf } from "../../api/machinery/json/json-object.ts";
import { apiVersionOf, type KubeObject, type Stored } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import type { Resource } from "../../api/resources/resource.ts";
import { structOfKind } from "../../api/schema/table.ts";

/** The manager's name. */
const MANAGER = "kube-scheduler";

/** `after` with the managedFields of a write through that subresource, "" for the object itself. */
export function withManagedFields<T extends Stored<KubeObject>>(
  { before, after }: { readonly before: T; readonly after: T },
  { kind, subresource, now }: { readonly kind: Resource; readonly subresource: string; readonly now: number },
): T {
  const managedFields = trackUpdate({
    old: membersOf(before),
    next: membersOf(after),
    kind: ownedThrough(kind, subresource),
    manager: MANAGER,
    subresource,
    now: timestamp(now),
  });
  const { managedFields: _, ...metadata } = after.metadata;
  return { ...after, metadata: withFields(metadata as T["metadata"], managedFields) };
}

const withFields = <M extends object>(metadata: M, managedFields: ManagedFieldsEntry[] | undefined): M => ({
  ...metadata,
  ...(managedFields ? { managedFields } : {}),
});

function ownedThrough({ group, version, kind, status }: Resource, subresource: string): KindAtVersion {
  const apiVersion = apiVersionOf(group, version);
  const struct = structOfKind(apiVersion, kind);
  if (!struct) throw new Error(`no such kind: ${apiVersion} ${kind}`);
  const ownable = ownableThrough({ subresource, ...(status ? { status } : {}) });
  return { apiVersion, view: structView(struct), ownable };
}
