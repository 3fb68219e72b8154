/** Empties a terminating namespace, reports what is left in it, and finally removes its finalizer. */
import type { Namespace, NamespaceCondition, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import { API_SERVICES } from "../api-services.ts";
import {
  type DeleteCollectionEffect,
  type DeleteEffect,
  defineController,
  type EffectFailure,
  EVERYTHING,
  type Located,
  type Plan,
  type Query,
  type QueryResult,
  type ReconcileContext,
  settled,
} from "../controller.ts";
import { controllerOf } from "../controller-ref.ts";
import { deletedAt, isTracked } from "../job/job-pods.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { statusUpdate } from "../status-update.ts";
import { aggregatedContent } from "./aggregated-content.ts";
import { conditionsOf, countNames } from "./conditions.ts";

const FINALIZER = "kubernetes";
const JOBS = "jobs.batch";
/** How often Kubernetes checks again while something is left. */
const LOOK_AGAIN_MS = 5000;
/** From this many objects on, a resource is deleted as a collection. */
const MANY = 20;

export const namespaceController = defineController({
  name: "namespace-controller",
  reads: ["namespaces", API_SERVICES, EVERYTHING],
  writes: [EVERYTHING],
  /** As in Kubernetes. */
  pace: { longest: 60_000 },
  itemsOf({ resource, object, snapshot }) {
    if (resource === "namespaces") return [object.metadata.name];
    const { namespace } = object.metadata;
    if (!namespace) return [];
    return snapshot.get("namespaces", "", namespace)?.metadata.deletionTimestamp ? [namespace] : [];
  },
  reconcile(name, context) {
    const { snapshot, now, failure, queryResults } = context;
    const namespace = snapshot.get("namespaces", "", name);
    if (!namespace?.metadata.deletionTimestamp || !namespace.spec.finalizers?.includes(FINALIZER)) return settled;
    const content = snapshot.inNamespace(name);
    if (content.length > 0) return planEmptying(namespace, content, { now, failure });
    return (
      planEventDeletion(namespace, { now, result: queryResults?.get(eventsOf(name)) }) ??
      planElsewhere(namespace, context) ??
      letGo(namespace, now)
    );
  },
});

/** One is enough to know that there are some. */
const eventsOf = (namespace: string): Query => `/api/v1/namespaces/${namespace}/events?limit=1`;

/** Events are in no snapshot, and are deleted last, when nothing else is left. Undefined: there are none. */
function planEventDeletion(
  { metadata: { name: namespace } }: Stored<Namespace>,
  { now, result }: { readonly now: number; readonly result: QueryResult | undefined },
): Plan | undefined {
  if (!result) return { effects: [], queries: [eventsOf(namespace)] };
  if (!result.ok) return result.code === 404 ? undefined : { effects: [], wakeAt: now + LOOK_AGAIN_MS };
  if ((result.body as { readonly items: readonly unknown[] }).items.length === 0) return undefined;
  const effects = [
    { op: "delete-collection", resource: "events", namespace, propagationPolicy: "Background" } as const,
  ];
  return { effects, wakeAt: now };
}

/**
 * The content of other API servers is deleted last; a server that does not answer keeps the namespace. Undefined: there
 * is none.
 */
function planElsewhere(
  namespace: Stored<Namespace>,
  { snapshot, now, queryResults }: ReconcileContext,
): Plan | undefined {
  const { queries, content, undiscovered, collections } = aggregatedContent(
    namespace.metadata.name,
    snapshot,
    queryResults,
  );
  if (queries.length > 0) return { effects: [], queries: [...(queryResults?.keys() ?? []), ...queries] };
  if (content.length === 0 && undiscovered.length === 0) return undefined;
  const updates = conditionsUpdate(namespace, conditionsOf(namespace, { content, undiscovered }, now));
  return { effects: [...updates, { op: "batch", effects: collections }], wakeAt: now + LOOK_AGAIN_MS };
}

function letGo(namespace: Stored<Namespace>, now: number): Plan {
  const others = (namespace.spec.finalizers ?? []).filter((each) => each !== FINALIZER);
  // If it is deleted at once, nobody is left to read its conditions.
  const stays = others.length > 0 || (namespace.metadata.finalizers ?? []).length > 0;
  const updates = stays ? conditionsUpdate(namespace, conditionsOf(namespace, { content: [] }, now)) : [];
  if (updates.length > 0) return { effects: updates };
  const object = { ...namespace, spec: { ...namespace.spec, finalizers: others } };
  return { effects: [{ op: "update", resource: "namespaces", namespace: "", subresource: "finalize", object }] };
}

const conditionsUpdate = (namespace: Stored<Namespace>, conditions: NamespaceCondition[]) =>
  statusUpdate("namespaces", namespace, { ...namespace.status, conditions });

function planEmptying(
  namespace: Stored<Namespace>,
  content: readonly Located[],
  { now, failure }: { readonly now: number; readonly failure: EffectFailure | undefined },
): Plan {
  const pods = content.filter(({ resource }) => resource === "pods");
  const rest = content.filter(({ resource }) => resource !== "pods");
  const refusals = refusalsOf(failure);
  const refused = new Set(refusals.map(({ effect }) => effect.resource));
  // Pods go first, so that what they rely on (secrets, network policies) outlives them, unless they cannot be deleted.
  const arePodsFirst = pods.length > 0 && !refused.has("pods");
  const turn = arePodsFirst
    ? [...pods, ...holders(pods, rest, now)]
    : // What was refused comes last: a refusal ends the batch.
      content.toSorted((a, b) => Number(refused.has(a.resource)) - Number(refused.has(b.resource)));
  const deletes = deletionsOf(namespace.metadata.name, turn, failure ? new Set() : resourcesOfMany(turn));
  // While pods are left, the remaining content is not reported, as in Kubernetes: it is counted when everything had its
  // turn.
  const counted = arePodsFirst ? [] : rest.filter(({ resource }) => !refused.has(resource));
  const messages = refusals.map(({ message }) => message);
  const updates = conditionsUpdate(namespace, conditionsOf(namespace, { content: counted, refusals: messages }, now));
  // What remains after everything deletable was deleted is worth reporting, and so is what cannot be deleted; anything
  // else is gone within the turn.
  const stuck = deletes.length === 0 || refusals.length > 0;
  return {
    effects: [...(stuck ? updates : []), ...(deletes.length > 0 ? [{ op: "batch" as const, effects: deletes }] : [])],
    wakeAt: now + LOOK_AGAIN_MS,
  };
}

/** Of whole collections (`many`), and of all other objects that are not terminating. */
function deletionsOf(
  namespace: string,
  content: readonly Located[],
  many: ReadonlySet<GroupResource>,
): (DeleteCollectionEffect | DeleteEffect)[] {
  const deletion = { namespace, propagationPolicy: "Background" } as const;
  return [
    ...[...many].map((resource) => ({ op: "delete-collection" as const, resource, ...deletion })),
    ...content
      .filter(({ resource, object }) => !object.metadata.deletionTimestamp && !many.has(resource))
      .map(({ resource, object: { metadata } }) => ({
        op: "delete" as const,
        resource,
        name: metadata.name,
        uid: metadata.uid,
        ...deletion,
      })),
  ];
}

/**
 * Jobs that keep an ended pod until another takes its place (backoffLimitPerIndex), which here can never be made. In
 * Kubernetes such a namespace is never emptied.
 */
function holders(pods: readonly Located[], rest: readonly Located[], now: number): readonly Located[] {
  const kept = pods.map(({ object }) => object as Stored<Pod>).filter((pod) => isTracked(pod) && isTerminated(pod));
  const since = (pod: Stored<Pod>) => deletedAt(pod) ?? Number.POSITIVE_INFINITY;
  const uids = new Set(kept.filter((pod) => since(pod) + LOOK_AGAIN_MS <= now).map((pod) => controllerOf(pod)?.uid));
  return rest.filter(({ resource, object }) => resource === JOBS && uids.has(object.metadata.uid));
}

/** The first refused deletion of each resource. */
function refusalsOf(failure: EffectFailure | undefined): readonly EffectFailure[] {
  const deletions = failure
    ? [failure, ...(failure.others ?? [])].filter(({ effect }) => effect.op.startsWith("delete"))
    : [];
  const first = new Map(deletions.toReversed().map((each) => [each.effect.resource, each]));
  return [...first.values()];
}

/** Resources with many objects, none of them terminating: the deletion of what stays must not be repeated forever. */
function resourcesOfMany(content: readonly Located[]): Set<GroupResource> {
  const counts = countNames(content.map(({ resource }) => resource));
  for (const { resource, object } of content) if (object.metadata.deletionTimestamp) counts.delete(resource);
  return new Set([...counts].filter(([, count]) => count >= MANY).map(([resource]) => resource));
}
