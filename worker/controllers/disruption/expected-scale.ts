/** How many pods there should be, from the sizes of their controllers, each counted once. */
import type { Deployment, ReplicaSet, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod, ReplicationController } from "../../../api/generated/core.v1.ts";
import type { OwnerReference } from "../../../api/generated/meta.v1.ts";
import { apiVersionOf, parseApiVersion, type Stored } from "../../../api/machinery/meta.ts";
import { resources } from "../../../api/resources/index.ts";
import type { Question, ReconcileContext, Snapshot } from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";

export type ExpectedScale =
  | { readonly expected: number; readonly unmanaged: readonly string[] }
  | { readonly error: string }
  /** Sizes of custom resources must be queried. */
  | { readonly asks: readonly Question[] };

interface Sized {
  readonly uid: string;
  readonly replicas: number;
}

export function expectedScale(pods: readonly Stored<Pod>[], context: ReconcileContext): ExpectedScale {
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  const asks = new Set<Question>();
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (!owner) {
      unmanaged.push(pod.metadata.name);
      continue;
    }
    if (scales.has(owner.uid)) continue;
    const found = scaleOf(owner, pod, context);
    if (found && "error" in found) return found;
    if (found && "ask" in found) asks.add(found.ask);
    else scales.set(found.uid, found.replicas);
  }
  if (asks.size > 0) return { asks: [...(context.answers?.keys() ?? []), ...asks] };
  return { expected: [...scales.values()].reduce((sum, each) => sum + each, 0), unmanaged };
}

type Found = Sized | { readonly error: string } | { readonly ask: Question };

function scaleOf(owner: OwnerReference, pod: Stored<Pod>, context: ReconcileContext): Found {
  const namespace = pod.metadata.namespace ?? "";
  const { snapshot } = context;
  const known = builtInScale(owner, namespace, snapshot);
  if (known) return known;
  const missing = { error: `found no controllers for pod "${pod.metadata.name}"` };
  const resource = snapshot.resourceOf(owner.apiVersion, owner.kind);
  if (!resource || SIZED.has(owner.kind)) return missing;
  const { group, version } = parseApiVersion(owner.apiVersion);
  const unscaled = { error: `${resource} does not implement the scale subresource` };
  if (resources.some((each) => each.kind === owner.kind && each.group === group)) return unscaled;
  const [plural] = resource.split(".");
  const ask = `/apis/${apiVersionOf(group, version)}/namespaces/${namespace}/${plural}/${encodeURIComponent(owner.name)}/scale`;
  const answer = context.answers?.get(ask);
  if (!answer) return { ask };
  if (!answer.ok) return unscaled;
  const scale = answer.body as { readonly spec?: { readonly replicas?: number } };
  return { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 };
}

/** Kinds whose size is in the snapshot. */
const SIZED = new Set(["ReplicaSet", "StatefulSet", "ReplicationController", "Deployment"]);

function builtInScale(owner: OwnerReference, namespace: string, snapshot: Snapshot): Sized | undefined {
  const sized = (object: Stored<ReplicationController | StatefulSet | ReplicaSet | Deployment> | undefined) =>
    object && { uid: object.metadata.uid, replicas: object.spec.replicas ?? 1 };
  switch (owner.kind) {
    case "ReplicaSet": {
      const set = snapshot.get<ReplicaSet>("replicasets.apps", namespace, owner.name);
      const above = set && controllerOf(set);
      const deployment =
        above?.kind === "Deployment" ? snapshot.get<Deployment>("deployments.apps", namespace, above.name) : undefined;
      return sized(deployment ?? set);
    }
    case "StatefulSet":
      return sized(snapshot.get<StatefulSet>("statefulsets.apps", namespace, owner.name));
    case "ReplicationController":
      return sized(snapshot.get<ReplicationController>("replicationcontrollers", namespace, owner.name));
    default:
      return undefined;
  }
}
