/**
 * metrics.k8s.io: usage of nodes and pods, asked of the nodes on demand and not stored. Names, labels and selectors are
 * those of the Nodes and Pods themselves, as with metrics-server.
 */
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { NodeMetrics, PodMetrics } from "../../../api/generated/metrics.v1beta1.ts";
import { readObject } from "../../../api/machinery/json/object-text.ts";
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
  const entries = await measured(context);
  const metrics = served.resource.plural === "nodes" ? await ofNodes(context, entries) : await ofPods(context, entries);
  if (path.name === "") return renderListView(context, metrics.map(unstoredObject), { metadata: {}, accepted });
  const [found] = metrics;
  if (found) return renderView(context, found, { accepted });
  // Worded as in metrics-server.
  const resource = served.resource.kind.toLowerCase();
  const name = path.namespace === "" ? path.name : `${path.namespace}/${path.name}`;
  throw new ApiError(notFound({ group: served.resource.group, resource }, name));
}

/** The Nodes or Pods that the request selects. */
async function measured({ path, query, served, store }: RequestContext): Promise<readonly Entry[]> {
  const resource = served.resource.plural;
  const { namespace, name } = path;
  if (name !== "") {
    const { entry } = await store.read({ resource, namespace, name });
    return entry ? [entry] : [];
  }
  const { requirements } = selectionOf(query, served);
  const page = await store.list({ resource, requirements, ...(namespace === "" ? {} : { namespace }) });
  return page.items;
}

const usageOf = (context: RequestContext, nodes: readonly string[]): Promise<readonly NodeUsage[]> =>
  context.env.NODE_HUB.getByName(context.cluster).usage([...new Set(nodes)]);

const quantities = ({ cpuNanocores, memoryBytes }: Usage): Record<string, string> => ({
  cpu: `${Math.round(cpuNanocores)}n`,
  memory: `${Math.round(memoryBytes / 1024)}Ki`,
});

const metadataOf = ({ name, namespace, labels }: Stored<KubeObject>["metadata"], now: number) => ({
  name,
  ...(namespace === undefined ? {} : { namespace }),
  creationTimestamp: timestamp(now),
  ...(labels === undefined ? {} : { labels }),
});

const windowOf = ({ at, windowMs }: NodeUsage) => ({ timestamp: timestamp(at), window: formatDuration(windowMs) });

async function ofNodes(context: RequestContext, entries: readonly Entry[]): Promise<(KubeObject & NodeMetrics)[]> {
  const usages = await usageOf(
    context,
    entries.map(({ key }) => key.name),
  );
  const byName = new Map(usages.map((usage) => [usage.node, usage]));
  return entries.flatMap((entry) => {
    const usage = byName.get(entry.key.name);
    if (!usage) return [];
    const metadata = metadataOf((readObject(entry.text) as Stored<KubeObject>).metadata, context.now);
    return [{ ...typeMeta("NodeMetrics"), metadata, ...windowOf(usage), usage: quantities(usage) }];
  });
}

async function ofPods(context: RequestContext, entries: readonly Entry[]): Promise<(KubeObject & PodMetrics)[]> {
  const pods = entries.map(({ text }) => readObject(text) as Stored<Pod>);
  const usages = await usageOf(
    context,
    pods.flatMap(({ spec }) => spec.nodeName ?? []),
  );
  // By name: a static pod has another uid than its mirror.
  const keyOf = ({ namespace = "", name }: { readonly namespace?: string; readonly name: string }) =>
    `${namespace}/${name}`;
  const byName = new Map(usages.flatMap((usage) => usage.pods.map((pod) => [keyOf(pod), { usage, pod }] as const)));
  return pods.flatMap(({ metadata }) => {
    const found = byName.get(keyOf(metadata));
    if (!found || found.pod.containers.length === 0) return [];
    const containers = found.pod.containers.map(({ name, ...usage }) => ({ name, usage: quantities(usage) }));
    const own = metadataOf(metadata, context.now);
    return [{ ...typeMeta("PodMetrics"), metadata: own, ...windowOf(found.usage), containers }];
  });
}

const typeMeta = <K extends string>(kind: K) => ({ kind, apiVersion: "metrics.k8s.io/v1beta1" });
