/** Makes a new cluster's system objects, and those that a newer version of the control plane adds. */
import { type KubeObject, parseApiVersion } from "../../api/machinery/meta.ts";
import { textWithoutRevision } from "../../api/machinery/object-text.ts";
import { attributesOf } from "../../api/resources/attributes.ts";
import type { Store, Write } from "../../api/store.ts";
import { isPolicy } from "../policy/policy-resources.ts";
import { keyOf } from "../registry/entry.ts";
import { builtIn } from "../registry/registry.ts";
import { prepareCreate } from "../registry/strategy.ts";
import { systemObjects } from "./system-objects.ts";

/** Idempotent; two isolates that start a cluster at once get in nobody's way. */
export async function ensureSystemObjects(store: Store, now: number): Promise<void> {
  const writes = systemObjects().map((object) => creation(object, now));
  const found = await store.readMany({ keys: writes.map(({ key }) => key) });
  if (!found.ok) throw new Error(`cannot read the cluster's system objects: ${found.reason}`);
  const missing = writes.filter((_, i) => found.entries[i] === undefined);
  for (const write of missing) {
    // One commit each: what another isolate has made meanwhile must not hold up the rest.
    await store.commit({ writes: [write], ...(isPolicy(write.key.resource) ? { changesPolicy: true } : {}) });
  }
}

function creation(object: KubeObject, now: number): Extract<Write, { op: "create" }> {
  const { group, version } = parseApiVersion(object.apiVersion ?? "");
  const resource = builtIn.findKind(group, version, object.kind ?? "")?.resource;
  if (!resource) throw new Error(`system object of an unknown kind: ${object.kind}`);
  const { status } = object as { status?: unknown };
  const draft: KubeObject & { status?: unknown } = structuredClone(object);
  resource.defaults?.(draft);
  prepareCreate(resource, draft, { uid: crypto.randomUUID(), now });
  if (status !== undefined) draft.status = status;
  return {
    op: "create",
    key: keyOf(resource, draft.metadata.namespace ?? "", draft.metadata.name ?? ""),
    text: textWithoutRevision(draft),
    attributes: attributesOf(resource, draft),
  };
}
