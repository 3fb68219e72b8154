/** How many pods there should be, from the sizes of their controllers, each counted once. */
import type { Deployment, ReplicaSet, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Scale } from "../../../api/generated/autoscaling.v1.ts";
import type { Pod, ReplicationController } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import { apiVersionOf, parseApiVersion, type Stored } from "../../../api/machinery/meta.ts";
import { noSuchResource } from "../../../api/machinery/status.ts";
import { resources } from "../../../api/resources/index.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { Query, ReconcileContext, Snapshot } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";

export type ExpectedScale =
  | { readonly expected: number; readonly unmanaged: readonly string[] }
  | { readonly error: string }
  /** Sizes of custom resources must be queried. */
  | { readonly queries: readonly Query[] };

interface Sized {
  readonly uid: string;
  readonly replicas: number;
}

export function expectedScale(pods: readonly Stored<Pod>[], context: ReconcileContext): ExpectedScale {
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  const queries = new Set<Query>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged.push(pod.metadata.name);
      continue;
    }
    if (scales.has(owner.uid)) continue;
    const found = scaleOf(owner, pod, context);
    if (found && "error" in found) return found;
    if (found && "query" in found) queries.add(found.query);
    else scales.set(found.uid, found.replicas);
  }
  if (queries.size > 0) return { queries: [...(context.queryResults?.keys() ?? []), ...queries] };
  return { expected: [...scales.values()].reduce((sum, each) => sum + each, 0), unmanaged };
}

type Found = Sized | { readonly error: string } | { readonly query: Query };

function scaleOf(owner: OwnerReference, pod: Stored<Pod>, context: ReconcileContext): Found {
  const namespace = pod.metadata.namespace ?? "";
  const { snapshot } = context;
  const known = builtInScale(owner, namespace, snapshot);
  if (known) return known;
  const missing = { error: `found no controllers for pod "${pod.metadata.name}"` };
  const resource = snapshot.resourceOf(owner.apiVersion, owner.kind);
  const { group, version } = parseApiVersion(owner.apiVersion);
  if (!resource) return { error: `no matches for kind "${owner.kind}" in version "${owner.apiVersion}"` };
  if (SIZED.has(resource)) return missing;
  const unscaled = { error: `${resource} does not implement the scale subresource` };
  if (resources.some((each) => each.kind === owner.kind && each.group === group)) return unscaled;
  const [plural] = resource.split(".");
  const query = `/apis/${apiVersionOf(group, version)}/namespaces/${namespace}/${plural}/${encodeURIComponent(owner.name)}/scale`;
  const result = context.queryResults?.get(query);
  if (!result) return { query };
  if (!result.ok && result.code !== 404) return { error: result.message };
  // An object that is not there is named.
  if (!result.ok) return result.message === noSuchResource().message ? unscaled : missing;
  const { metadata, spec } = result.body as Partial<Scale>;
  return metadata?.uid === owner.uid ? { uid: owner.uid, replicas: spec?.replicas ?? 0 } : missing;
}

/** Resources whose size is in the snapshot. */
const SIZED: ReadonlySet<GroupResource> = new Set([
  "replicasets.apps",
  "statefulsets.apps",
  "deployments.apps",
  "replicationcontrollers",
]);

type Replicated = ReplicationController | StatefulSet | ReplicaSet | Deployment;

/** A replica set of a Deployment has the Deployment's size: there are two of them during a rollout. */
function builtInScale(owner: OwnerReference, namespace: string, snapshot: Snapshot): Sized | undefined {
  const resource = snapshot.resourceOf(owner.apiVersion, owner.kind);
  const object = resource && SIZED.has(resource) && snapshot.get<Replicated>(resource, namespace, owner.name);
  if (!object || object.metadata.uid !== owner.uid) return undefined;
  const above = resource === "replicasets.apps" ? controllerOf(object) : undefined;
  const size = { uid: owner.uid, replicas: object.spec.replicas ?? 1 };
  return (above?.kind === "Deployment" ? builtInScale(above, namespace, snapshot) : undefined) ?? size;
}
