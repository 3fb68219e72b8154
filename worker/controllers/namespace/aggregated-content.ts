/**
 * What aggregated API servers keep in a namespace. No snapshot contains it, so they are queried like any client would.
 */
import type { APIResourceList } from "../../../api/generated/meta.v1.ts";
import { apiVersionOf, type KubeObject, type Stored } from "../../../api/machinery/meta.ts";
import { API_SERVICES } from "../api-services.ts";
import type { DeleteCollectionEffect, Located, Query, QueryResult, Snapshot } from "../controller.ts";

interface AggregatedContent {
  /** What must be queried first. */
  readonly queries: readonly Query[];
  /** Some of what is left, of each resource. */
  readonly content: readonly Located[];
  /** Group versions whose server does not answer discovery. */
  readonly undiscovered: readonly string[];
  /** Deletions of content that is not terminating yet. */
  readonly collections: readonly DeleteCollectionEffect[];
}

/** Enough for counting, and for seeing what is terminating. */
const LIMIT = 500;

export function aggregatedContent(
  namespace: string,
  snapshot: Snapshot,
  results: ReadonlyMap<Query, QueryResult> | undefined,
): AggregatedContent {
  const queries: Query[] = [];
  const resultOf = (query: Query) => {
    const result = results?.get(query);
    if (!result) queries.push(query);
    return result;
  };
  const content: Located[] = [];
  const undiscovered: string[] = [];
  const collections: DeleteCollectionEffect[] = [];
  for (const { group, version } of servedElsewhere(snapshot)) {
    const groupVersion = apiVersionOf(group, version);
    const discovery = resultOf(`/apis/${groupVersion}`);
    if (!discovery) continue;
    if (!discovery.ok) undiscovered.push(groupVersion);
    for (const plural of discovery.ok ? deletableResources(discovery.body as APIResourceList) : []) {
      const list = resultOf(`/apis/${groupVersion}/namespaces/${namespace}/${plural}?limit=${LIMIT}`);
      const { items = [] } = list?.ok ? (list.body as { readonly items?: readonly Stored<KubeObject>[] }) : {};
      if (list && !list.ok && list.code !== 404) undiscovered.push(groupVersion);
      const resource = `${plural}.${group}`;
      content.push(...items.map((object) => ({ resource, object })));
      if (items.some(({ metadata }) => !metadata.deletionTimestamp))
        collections.push({ op: "delete-collection", resource, version, namespace, propagationPolicy: "Background" });
    }
  }
  return { queries, content, undiscovered: [...new Set(undiscovered)], collections };
}

/** The group versions that are delegated to other API servers. */
const servedElsewhere = (snapshot: Snapshot): readonly { readonly group: string; readonly version: string }[] =>
  snapshot.list(API_SERVICES).flatMap(({ spec }) => {
    const { group, version, service } = spec ?? {};
    return service && group && version ? [{ group, version }] : [];
  });

/** Namespaced resources whose objects can be listed and deleted. */
const deletableResources = ({ resources }: APIResourceList): readonly string[] =>
  resources
    .filter(({ name, namespaced, verbs }) => {
      const can = (verb: string) => verbs.includes(verb);
      return namespaced && !name.includes("/") && can("list") && can("delete") && can("deletecollection");
    })
    .map(({ name }) => name);
