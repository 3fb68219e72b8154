/** Creates a new cluster's system objects, and those that a newer version of the control plane adds. */
import { trackUpdate } from "../../api/machinery/apply/track-update.ts";
import { membersOf } from "../../api/machinery/json/json-object.ts";
import { textWithoutRevision } from "../../api/machinery/json/object-text.ts";
import { type KubeObject, parseApiVersion } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { attributesOf } from "../../api/resources/attributes.ts";
import type { Resource } from "../../api/resources/resource.ts";
import type { Entry, Store, Write } from "../../api/store/store.ts";
import { ownedKind } from "../admission/managed-fields.ts";
import { builtIn } from "../kinds/kind-registry.ts";
import { shardsRecord } from "../policy/cluster-shards.ts";
import { prepareCreate } from "../registry/strategy.ts";
import { keyOf } from "../storage/entry.ts";
import type { Deployment } from "./deployment.ts";
import { withAddresses } from "./kubernetes-endpoints.ts";
import { reconciledRole } from "./reconcile-role.ts";
import { systemObjects } from "./system-objects.ts";
import { updatedFacts } from "./updated-facts.ts";

/** Another isolate may be creating the same objects at the same time; this many conflicts in a row point to a bug. */
const ATTEMPTS = 8;

/** Idempotent, and safe when two isolates create a cluster at once. One read if there is nothing to do. */
export async function ensureSystemObjects(store: Store, now: number, deployment: Deployment): Promise<void> {
  const wanted = systemObjects(timestamp(now), deployment).map((object) => ({ object, resource: resourceOf(object) }));
  const keys = wanted.map(({ object: { metadata }, resource }) =>
    keyOf(resource, metadata.namespace ?? "", metadata.name ?? ""),
  );
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const found = await store.readMany({ keys });
    if (!found.ok) throw new Error(`cannot read the cluster's system objects: ${found.reason}`);
    const writes = wanted.flatMap(({ object, resource }, i) => {
      const entry = found.entries[i];
      return entry ? repair(resource, object, entry) : [createOf(resource, object, now)];
    });
    // Nothing exists yet: the cluster begins.
    const { shards = [] } = deployment;
    if (shards.length > 0 && found.entries.every((entry) => entry === undefined)) writes.push(shardsRecord(shards));
    if (writes.length === 0) return;
    const result = await store.commit({ writes, changesPolicy: true });
    if (result.ok) return;
    if ("message" in result) throw new Error(result.message);
  }
  throw new Error("cannot make the cluster's system objects: others make them at the same time");
}

function resourceOf(object: KubeObject): Resource {
  const { group, version } = parseApiVersion(object.apiVersion ?? "");
  const resource = builtIn.findKind(group, version, object.kind ?? "")?.resource;
  if (!resource) throw new Error(`system object of an unknown kind: ${object.kind}`);
  return resource;
}

function createOf(resource: Resource, object: KubeObject, now: number): Write {
  const { status } = object as { status?: unknown };
  const draft: KubeObject & { status?: unknown } = structuredClone(object);
  resource.defaults?.(draft);
  // As on any create: what the kind adds has no owner.
  trackOwner(resource, draft, timestamp(now));
  prepareCreate(resource, draft, { uid: crypto.randomUUID(), now });
  if (status !== undefined) draft.status = status;
  return {
    op: "create",
    key: keyOf(resource, draft.metadata.namespace ?? "", draft.metadata.name ?? ""),
    text: textWithoutRevision(draft),
    attributes: attributesOf(resource, draft),
  };
}

const FLOW_CONTROL = "flowcontrol.apiserver.k8s.io";

/** The owner of its fields, as kube-apiserver's own loops sign what they create. */
function trackOwner(resource: Resource, draft: KubeObject, now: string): void {
  if (draft.metadata.managedFields) return;
  const managedFields = trackUpdate({
    old: undefined,
    next: membersOf(draft),
    manager: resource.group === FLOW_CONTROL ? "api-priority-and-fairness-config-producer-v1" : "kube-apiserver",
    kind: ownedKind(resource, ""),
    subresource: "",
    now,
  });
  if (managedFields) draft.metadata.managedFields = managedFields;
}

/**
 * Restores what default roles have lost; updates the Service `kubernetes` and what is published about the control
 * plane.
 */
function repair(resource: Resource, wanted: KubeObject, { key, text, revision }: Entry): Write[] {
  const next = reconciledRole(wanted, text) ?? withAddresses(wanted, text) ?? updatedFacts(wanted, text);
  if (!next) return [];
  return [
    {
      op: "replace",
      key,
      ifRevision: revision,
      text: textWithoutRevision(next),
      attributes: attributesOf(resource, next),
    },
  ];
}
