import { groupResource } from "../../../api/machinery/meta.ts";
import { type Family, gauge, type Line } from "../../../api/metrics/exposition.ts";
import type { Registry } from "../../kinds/kind-registry.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import type { StoreObject } from "../../storage/cluster-stores.ts";

type Stores = readonly StoreObject[];
/** By resource, as the store names it. */
type Numbers = ReadonlyMap<string, number>;

/**
 * Counting reads every object's key, and scrapers come often, so counts are refreshed every minute, as in
 * kube-apiserver.
 */
const COUNTED_FOR_MS = 60_000;
const lastCounts = new Map<string, { readonly at: number; readonly objects: Numbers }>();

export async function storedObjects(cluster: string, registry: Registry, stores: Stores): Promise<Family[]> {
  const objects = await recentCounts(cluster, stores);
  const kinds = registry.resources
    // The others are not stored.
    .filter(({ verbs }) => verbs === undefined || verbs.includes("watch"))
    .map(({ group, plural }) => ({ group, plural, count: objects.get(groupResource(group, plural)) ?? 0 }));
  return [
    gauge(
      "apiserver_resource_objects",
      "Stored objects, counted within the last minute.",
      kinds.map(({ group, plural, count }) => [{ group, resource: plural }, count]),
    ),
    gauge(
      "apiserver_storage_objects",
      "The same, by the name before.",
      kinds.map(({ group, plural, count }) => [{ resource: groupResource(group, plural) }, count]),
    ),
  ];
}

async function recentCounts(cluster: string, stores: Stores): Promise<Numbers> {
  const [at, last] = [Date.now(), lastCounts.get(cluster)];
  if (last && at - last.at < COUNTED_FOR_MS) return last.objects;
  const objects = await countObjects(stores);
  lastCounts.set(cluster, { at, objects });
  return objects;
}

async function countObjects(stores: Stores): Promise<Numbers> {
  const held = await Promise.all(stores.map(([, store]) => store.held()));
  return sums(held.flat().map(({ resource, objects }) => [resource, objects]));
}

export async function openWatches(registry: Registry, stores: Stores): Promise<Family> {
  const watched = await Promise.all(stores.map(([, store]) => store.watched()));
  const open = sums(watched.flat().map(({ resource, watches }) => [resource, watches]));
  return gauge(
    "apiserver_longrunning_requests",
    "Watches that the cluster's stores carry.",
    registry.resources.flatMap(({ group, plural: resource, version }): Line[] => {
      const watches = open.get(groupResource(group, resource));
      const kind = { group, resource, scope: "", subresource: "", verb: "WATCH", version };
      return watches === undefined ? [] : [[{ component: "apiserver", ...kind }, watches]];
    }),
  );
}

function sums(counts: readonly (readonly [resource: string, count: number])[]): Numbers {
  const all = new Map<string, number>();
  for (const [resource, each] of counts) all.set(resource, (all.get(resource) ?? 0) + each);
  return all;
}

export const unavailableServices = (policy: PolicySnapshot): Family =>
  gauge(
    "aggregator_unavailable_apiservice",
    "Whether an API server behind this one is unavailable.",
    policy.list("apiservices.apiregistration.k8s.io").map(({ metadata: { name = "" }, status }) => {
      const { conditions = [] } = status ?? {};
      const isAvailable = conditions.some((each) => each.type === "Available" && each.status === "True");
      return [{ name }, isAvailable ? 0 : 1];
    }),
  );
