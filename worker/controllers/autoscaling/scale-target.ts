/** The target of an autoscaler: any kind with a scale subresource. */
import type { HorizontalPodAutoscaler } from "../../../api/generated/autoscaling.v2.ts";
import { parseApiVersion, type Stored } from "../../../api/machinery/meta.ts";
import { resources } from "../../../api/resources/index.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { Query, QueryResult, ReconcileContext } from "../controller.ts";

export interface Scale {
  readonly resource: GroupResource;
  readonly replicas: number;
  readonly statusReplicas: number;
  /** A label selector as text; "" if the target has none. */
  readonly selector: string;
}

/** Scalable kinds that are in the snapshot. */
export const TARGETS = ["deployments.apps", "replicasets.apps", "statefulsets.apps", "replicationcontrollers"] as const;
const IN_SNAPSHOT: ReadonlySet<GroupResource> = new Set(TARGETS);
export const isInSnapshot = (target: GroupResource): boolean => IN_SNAPSHOT.has(target);

export function scaleOf(
  { spec, metadata }: Stored<HorizontalPodAutoscaler>,
  { snapshot, queryResults }: ReconcileContext,
): Scale | { readonly error: string } | { readonly query: Query } {
  const { apiVersion: named = "", kind, name } = spec.scaleTargetRef;
  const namespace = metadata.namespace ?? "";
  const { group } = parseApiVersion(named);
  // A version that is not served is as good as any other.
  const apiVersion = snapshot.resourceOf(named, kind) ? named : snapshot.servedAs(group, kind);
  const resource = apiVersion && snapshot.resourceOf(apiVersion, kind);
  if (!resource) return { error: `no matches for kind "${kind}" in group "${group}"` };
  if (!isInSnapshot(resource)) {
    const [plural] = resource.split(".");
    const root = `/${group === "" ? "api" : "apis"}/${apiVersion}`;
    const query = `${root}/namespaces/${namespace}/${plural}/${encodeURIComponent(name)}/scale`;
    const result = queryResults?.get(query);
    return result ? scaleIn(resource, result) : { query };
  }
  const target = snapshot.get(resource, namespace, name);
  const view = resources.find((each) => each.kind === kind && each.group === group)?.scale;
  if (!target || !view) return { error: `${resource} "${name}" not found` };
  return {
    resource,
    replicas: view.specReplicas(target) ?? 0,
    statusReplicas: view.statusReplicas(target),
    selector: view.selector(target),
  };
}

type ScaleObject = {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly selector?: string };
};

function scaleIn(resource: GroupResource, result: QueryResult): Scale | { readonly error: string } {
  if (!result.ok) return { error: result.message };
  const { spec, status } = result.body as ScaleObject;
  return {
    resource,
    replicas: spec?.replicas ?? 0,
    statusReplicas: status?.replicas ?? 0,
    selector: status?.selector ?? "",
  };
}
