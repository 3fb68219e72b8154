/** GET /metrics in Prometheus' text format: what this isolate has answered, and where the cluster's log stands. */
import type { Context } from "hono";
import type { Flow } from "../../fairness/classify.ts";
import { shardsOf } from "../../policy/cluster-shards.ts";
import { knownPolicy } from "../../policy/snapshot.ts";
import { storeObjects } from "../../storage/cluster-stores.ts";
import type { Bindings } from "../bindings.ts";
import { storeAnswers } from "./health.ts";
import { healthSamples } from "./health-checks.ts";

/** By labels, as they are written. */
type Counts = Map<string, number>;

/** By cluster. Isolates come and go: counters begin at zero with each. */
const answered = new Map<string, { readonly requests: Counts; readonly flows: Counts }>();
/** Seconds since 1970: when the first request came. Isolates have no clock before it. */
let since: number | undefined;

/** Milliseconds since 1970; `now` where nothing has been answered yet. */
export const startedAt = (now: number): number => (since === undefined ? now : since * 1000);

export function countAnswer(cluster: string, method: string, code: number, flow: Flow | undefined): void {
  // Anybody may ask for clusters that are not there.
  if (!knownPolicy(cluster)) return;
  since ??= Date.now() / 1000;
  const counts = answered.get(cluster) ?? { requests: new Map(), flows: new Map() };
  answered.set(cluster, counts);
  count(counts.requests, `verb="${method}",code="${code}"`);
  if (flow) count(counts.flows, `flow_schema="${flow.flowSchema}",priority_level="${flow.priorityLevel}"`);
}

const count = (counts: Counts, labels: string) => counts.set(labels, (counts.get(labels) ?? 0) + 1);

const samples = (name: string, counts: Counts = new Map()): string[] =>
  [...counts].sort().map(([labels, value]) => `${name}{${labels}} ${value}`);

export async function serveMetrics(c: Context<Bindings>): Promise<Response> {
  const cluster = c.get("cluster");
  const stores = storeObjects(c.env, cluster, shardsOf(knownPolicy(cluster)));
  const revisions = await Promise.all(
    stores.map(async ([shard, store]) => {
      const { revision } = await store.status();
      return `sailplane_store_revision${shard === undefined ? "" : `{shard="${shard}"}`} ${revision}`;
    }),
  );
  const counts = answered.get(cluster);
  const lines = [
    "# HELP apiserver_request_total Requests that this isolate has answered, by HTTP method and code.",
    "# TYPE apiserver_request_total counter",
    ...samples("apiserver_request_total", counts?.requests),
    "# HELP apiserver_flowcontrol_dispatched_requests_total Requests that fell under a flow schema and its priority level.",
    "# TYPE apiserver_flowcontrol_dispatched_requests_total counter",
    ...samples("apiserver_flowcontrol_dispatched_requests_total", counts?.flows),
    "# HELP process_start_time_seconds When this isolate answered first, since 1970.",
    "# TYPE process_start_time_seconds gauge",
    `process_start_time_seconds ${Math.round(since ?? Date.now() / 1000)}`,
    "# HELP sailplane_store_revision The newest revision of the cluster's log, and of those of resources that are kept apart.",
    "# TYPE sailplane_store_revision gauge",
    ...revisions,
  ];
  return exposition(lines);
}

/** GET /metrics/slis: what the health checks find, for who counts how often they did not. */
export async function serveHealthMetrics(c: Context<Bindings>): Promise<Response> {
  return exposition([
    "# HELP kubernetes_healthcheck [STABLE] This metric records the result of a single healthcheck.",
    "# TYPE kubernetes_healthcheck gauge",
    ...healthSamples({ storeAnswers: await storeAnswers(c) }),
  ]);
}

const exposition = (lines: readonly string[]) =>
  new Response(`${lines.join("\n")}\n`, {
    headers: {
      "Content-Type": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores",
      "X-Content-Type-Options": "nosniff",
    },
  });
