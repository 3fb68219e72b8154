/** The queries to the three metrics APIs. */
import type { MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import type { LabelSelector } from "../../../api/generated/meta.v1.ts";
import { parseApiVersion } from "../../../api/machinery/meta.ts";
import { formatLabelSelector } from "../../../api/machinery/selectors/selector.ts";
import { API_SERVICES } from "../api-services.ts";
import type { Query, QueryResult, Snapshot } from "../controller.ts";

export interface MetricContext {
  readonly namespace: string;
  /** Selects the target's pods. */
  readonly selector: string;
  readonly snapshot: Snapshot;
}

/** The query, and the name of its subject in error messages; or why there can be none. */
type MetricQuery = { readonly query: Query; readonly of: string } | { readonly error: string };

const CUSTOM = "custom.metrics.k8s.io";
const EXTERNAL = "external.metrics.k8s.io";

/** The first of these versions that an API server offers. Adapters offer either or both, with equal answers. */
function offered(snapshot: Snapshot, group: string, versions: readonly string[]): string | undefined {
  const served = snapshot.list(API_SERVICES).filter(({ spec }) => spec?.group === group);
  return versions.find((version) => served.some(({ spec }) => spec?.version === version));
}

const queryString = (parts: Readonly<Record<string, string>>) => {
  const text = Object.entries(parts)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
    .join("&");
  return text === "" ? "" : `?${text}`;
};

/** User-supplied names must not lead the controller to another path. */
const segment = encodeURIComponent;

const selectorText = (selector: LabelSelector | undefined) => (selector ? formatLabelSelector(selector) : "");

export function queryOf(metric: MetricSpec, context: MetricContext): MetricQuery {
  const { namespace, selector, snapshot } = context;
  if (metric.pods) {
    const { name, selector: of } = metric.pods.metric;
    const parts = queryString({ labelSelector: selector, metricLabelSelector: selectorText(of) });
    return ofCustom(["pods", "*"], `pods/*/${segment(name)}${parts}`, context);
  }
  if (metric.object) return ofObject(metric.object, context);
  if (metric.external) {
    const { name, selector: of } = metric.external.metric;
    const subject = `${name}.${EXTERNAL}`;
    const version = offered(snapshot, EXTERNAL, ["v1beta1"]);
    if (!version) return { error: `the server could not find the requested resource (get ${subject})` };
    const parts = queryString({ labelSelector: selectorText(of) });
    return { query: `/apis/${EXTERNAL}/${version}/namespaces/${namespace}/${segment(name)}${parts}`, of: subject };
  }
  const pods = `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`;
  return { query: `${pods}${queryString({ labelSelector: selector })}`, of: "pods.metrics.k8s.io" };
}

function ofObject({ describedObject, metric }: NonNullable<MetricSpec["object"]>, context: MetricContext): MetricQuery {
  const { kind, name, apiVersion = "" } = describedObject;
  const { group } = parseApiVersion(apiVersion);
  const served = context.snapshot.servedAs(group, kind);
  const resource = served && context.snapshot.resourceOf(served, kind);
  if (!resource) {
    const groupKind = group === "" ? kind : `${kind}.${group}`;
    return { error: `unable to map kind ${groupKind} to resource: no matches for kind "${kind}" in group "${group}"` };
  }
  const named = `${segment(metric.name)}${queryString({ metricLabelSelector: selectorText(metric.selector) })}`;
  // Metrics that describe a namespace are queried within it.
  if (resource === "namespaces") return ofCustom(["metrics", metric.name], `metrics/${named}`, context);
  return ofCustom([resource, name], `${segment(resource)}/${segment(name)}/${named}`, context);
}

function ofCustom(
  [resource, name]: readonly [string, string],
  rest: string,
  { namespace, snapshot }: MetricContext,
): MetricQuery {
  const version = offered(snapshot, CUSTOM, ["v1beta2", "v1beta1"]);
  return version
    ? { query: `/apis/${CUSTOM}/${version}/namespaces/${namespace}/${rest}`, of: `${resource}.${CUSTOM} ${name}` }
    : { error: `no custom metrics API (${CUSTOM}) registered` };
}

/** The result, if there is one yet. If there can be no query, the reason is the result. */
export function resultOf(
  metricQuery: MetricQuery,
  results: ReadonlyMap<Query, QueryResult> | undefined,
): QueryResult | undefined {
  if ("error" in metricQuery) return { ok: false, code: 404, message: metricQuery.error };
  const result = results?.get(metricQuery.query);
  if (!result || result.ok || result.code !== 503) return result;
  return { ...result, message: `the server is currently unable to handle the request (get ${metricQuery.of})` };
}
