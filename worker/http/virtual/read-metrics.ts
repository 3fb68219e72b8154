/**
 * metrics.k8s.io: usage of nodes and pods, asked of the nodes on demand and not stored. Names, labels and selectors are
 * those of the Nodes and Pods themselves, as with metrics-server.
 */
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type { NodeMetrics, PodMetrics } from "../../../api/generated/metrics.v1beta1.ts";
import { parseObject } from "../../../api/machinery/json/object-text.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { notFound } from "../../../api/machinery/status.ts";
import { formatDuration } from "../../../api/machinery/time/duration.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { NodeUsage, Usage } from "../../../api/node/node-usage.ts";
import type { Entry } from "../../../api/store/store.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import { selectionOf } from "../request/list-options.ts";
import { renderListView, unstoredObject } from "../response/list-views.ts";
import { negotiate } from "../response/negotiate.ts";
import { renderView, VIEWS } from "../response/views.ts";

export async function readMetrics(context: RequestContext): Promise<Response> {
  const { path, query, served, request } = context;
  const accepted = negotiate(request, query, VIEWS);
  const measured = await measuredBy(context);
  const usages = await usagesOf(context, measured);
  const metrics = measured.flatMap((each) => metricsOf(each, usages) ?? []);
  if (path.name === "") return renderListView(context, metrics.map(unstoredObject), { metadata: {}, accepted });
  const [found] = metrics;
  if (found) return renderView(context, found, { accepted });
  // Worded as in metrics-server.
  const resource = served.resource.kind.toLowerCase();
  const name = path.namespace === "" ? path.name : `${path.namespace}/${path.name}`;
  throw new ApiError(notFound({ group: served.resource.group, resource }, name));
}

/** A Node or a Pod as far as its metrics need it: of many large objects, no more is kept. */
interface Measured {
  readonly kind: "NodeMetrics" | "PodMetrics";
  readonly metadata: Pick<Stored<KubeObject>["metadata"], "name" | "namespace" | "labels" | "creationTimestamp">;
  /** The node that measures it; "" for a pod that has none. */
  readonly node: string;
}

/** The Nodes or Pods that the request selects. */
async function measuredBy({ path, query, served, store, now }: RequestContext): Promise<readonly Measured[]> {
  const resource = served.resource.plural;
  const { namespace, name } = path;
  if (name !== "") {
    const { entry } = await store.read({ resource, namespace, name });
    return entry ? [measuredIn(entry, now)] : [];
  }
  const { requirements } = selectionOf(query, served);
  const measured: Measured[] = [];
  const pages = store.pages({ resource, requirements, ...(namespace === "" ? {} : { namespace }) });
  for await (const { items } of pages) for (const entry of items) measured.push(measuredIn(entry, now));
  return measured;
}

function measuredIn({ key, text }: Entry, now: number): Measured {
  const { metadata, spec } = parseObject(text) as Stored<KubeObject> & { readonly spec: PodSpec };
  const { name, namespace, labels } = metadata;
  const isNode = key.resource === "nodes";
  return {
    kind: isNode ? "NodeMetrics" : "PodMetrics",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      creationTimestamp: timestamp(now),
      ...(labels === undefined ? {} : { labels }),
    },
    node: isNode ? name : (spec.nodeName ?? ""),
  };
}

type Usages = ReadonlyMap<string, NodeUsage>;

/** By the node that reports it. */
async function usagesOf({ env, cluster }: RequestContext, measured: readonly Measured[]): Promise<Usages> {
  const nodes = new Set(measured.map(({ node }) => node).filter((node) => node !== ""));
  const usages = await env.NODE_HUB.getByName(cluster).usage([...nodes]);
  return new Map(usages.map((usage) => [usage.node, usage]));
}

/** Undefined if its node does not answer, or does not measure the pod; no other node is believed. */
function metricsOf({ kind, metadata, node }: Measured, usages: Usages): (NodeMetrics | PodMetrics) | undefined {
  const usage = usages.get(node);
  if (!usage) return undefined;
  const { at, windowMs } = usage;
  const head = {
    kind,
    apiVersion: "metrics.k8s.io/v1beta1",
    metadata,
    timestamp: timestamp(at),
    window: formatDuration(windowMs),
  };
  if (kind === "NodeMetrics") return { ...head, usage: quantities(usage) };
  // By name: a static pod has another uid than its mirror.
  const pod = usage.pods.find(({ namespace, name }) => namespace === metadata.namespace && name === metadata.name);
  if (!pod || pod.containers.length === 0) return undefined;
  return { ...head, containers: pod.containers.map(({ name, ...used }) => ({ name, usage: quantities(used) })) };
}

const quantities = ({ cpuNanocores, memoryBytes }: Usage): Record<string, string> => ({
  cpu: `${Math.round(cpuNanocores)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});
