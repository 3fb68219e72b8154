/** GET /metrics in Prometheus' text format: what this isolate has answered, and the state of the cluster's log. */
import type { Context, Next } from "hono";
import { type Family, gauge, METRICS_TYPE, renderFamilies } from "../../../api/metrics/exposition.ts";
import { webhookMetricsOf } from "../../admission/webhooks/webhook-metrics.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { deployedResources } from "../../policy/custom-resources.ts";
import { knownPolicy } from "../../policy/snapshot.ts";
import { storeObjects } from "../../storage/cluster-stores.ts";
import type { Bindings } from "../bindings.ts";
import { seatsOf } from "../filters/with-seats.ts";
import { acceptsGzip } from "../response/compress.ts";
import { canReachStore, VERSION } from "./health.ts";
import { healthFamily } from "./health-checks.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { seatMetrics } from "./seat-metrics.ts";
import { openWatches, storedObjects, unavailableServices } from "./store-metrics.ts";

/** By cluster. Isolates come and go: counters begin at zero in each. */
const byCluster = new Map<string, RequestMetrics>();
/** Seconds since the epoch, of the first request. Isolates have no clock before it. */
let since: number | undefined;

/** Milliseconds since the epoch; `now` if nothing has been answered yet. */
export const startedAt = (now: number): number => (since === undefined ? now : since * 1000);

/** Counts a request, and how long its answer took to begin. */
export async function counted(c: Context<Bindings>, next: Next): Promise<void> {
  const [cluster, { method }] = [c.get("cluster"), c.req];
  const [known, began] = [metricsOf(cluster), Date.now()];
  known?.began(method);
  await next();
  const milliseconds = Date.now() - began;
  // A cluster becomes known with its first request.
  const metrics = metricsOf(cluster);
  if (!known) metrics?.began(method);
  metrics?.ended({ method, about: c.get("about"), code: c.res.status, milliseconds, flow: c.get("flow") });
}

/** Undefined for clusters that do not exist, which anybody may ask for. */
function metricsOf(cluster: string): RequestMetrics | undefined {
  const known = byCluster.get(cluster);
  if (known || !knownPolicy(cluster)) return known;
  since ??= Date.now() / 1000;
  const metrics = new RequestMetrics();
  byCluster.set(cluster, metrics);
  return metrics;
}

export async function serveMetrics(c: Context<Bindings>): Promise<Response> {
  const cluster = c.get("cluster");
  const policy = knownPolicy(cluster);
  const stores = storeObjects(c.env, cluster, shardsOf(policy));
  const states = await Promise.all(stores.map(async ([shard = "", store]) => ({ shard, ...(await store.status()) })));
  const loops = [c.env.CONTROLLER_MANAGER, c.env.SCHEDULER];
  const ofLoops = policy ? await Promise.all(loops.map((loop) => loop.getByName(cluster).metrics())) : [];
  const registry = policy?.derive(deployedResources(c.env));
  const ofServer = renderFamilies([
    ...(metricsOf(cluster)?.families() ?? []),
    ...(registry ? await storedObjects(cluster, registry, stores) : []),
    ...(registry ? [await openWatches(registry, stores)] : []),
    ...(policy ? [unavailableServices(policy), ...webhookMetricsOf(cluster).families()] : []),
    ...(policy ? seatMetrics(policy, seatsOf(cluster)) : []),
    buildInfo(),
    gauge("process_start_time_seconds", "When this isolate answered first, since 1970.", [
      [{}, Math.round(since ?? Date.now() / 1000)],
    ]),
    gauge(
      "sailplane_store_revision",
      "The newest revision of the cluster's log, and of those of resources that are kept apart.",
      states.map(({ shard, revision }) => [shard === "" ? {} : { shard }, revision]),
    ),
    gauge(
      "apiserver_storage_size_bytes",
      "The size of the cluster's database, and of those of resources that are kept apart.",
      states.map(({ shard, databaseBytes }) => [{ storage_cluster_id: shard }, databaseBytes]),
    ),
  ]);
  return exposition(c.req.raw, [ofServer, ...ofLoops].join(""));
}

function buildInfo(): Family {
  const { major, minor, gitVersion, gitCommit, gitTreeState, buildDate, goVersion, compiler, platform } = VERSION;
  const build = { build_date: buildDate, compiler, git_commit: gitCommit, git_tree_state: gitTreeState };
  const version = { git_version: gitVersion, go_version: goVersion, major, minor, platform };
  return gauge("kubernetes_build_info", "What /version says; always 1.", [[{ ...build, ...version }, 1]]);
}

/** GET /metrics/slis: the results of the health checks, for availability SLIs. */
export async function serveHealthMetrics(c: Context<Bindings>): Promise<Response> {
  return exposition(c.req.raw, renderFamilies([healthFamily({ canReachStore: await canReachStore(c) })]));
}

/** Scrapers ask for gzip, and get it whatever the size. */
const exposition = (request: Request, text: string) =>
  new Response(text, {
    headers: {
      "Content-Type": `${METRICS_TYPE}; escaping=underscores`,
      "X-Content-Type-Options": "nosniff",
      ...(acceptsGzip(request) && { "Content-Encoding": "gzip" }),
    },
  });
