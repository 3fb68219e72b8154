/**
 * The kubelet's HTTP API about itself, for `kubectl get --raw /api/v1/nodes/NAME/proxy/…`: read-only except for local
 * volumes, which the control plane has the node create and delete.
 */
import type { NodeRequest } from "../../api/node/node-sync.ts";
import { json, metrics, NOT_FOUND, type NodeApiResponse, plain } from "../streams/response.ts";
import { renderCadvisorMetrics } from "./cadvisor-metrics.ts";
import { configz } from "./configz.ts";
import type { Measured, NodeApiFacts } from "./facts.ts";
import { renderKubeletMetrics } from "./kubelet-metrics.ts";
import { changeLocalVolumes, listLocalVolumes } from "./local-volumes.ts";
import { machineLogs } from "./machine-logs.ts";
import { renderProbeMetrics } from "./probe-metrics.ts";
import { renderResourceMetrics, renderScrapeError } from "./resource-metrics.ts";
import { runningPods } from "./running-pods.ts";
import { summaryOf, withoutDisks } from "./summary.ts";
import { flagz, statusz } from "./z-pages.ts";

async function measure(meter: NodeApiFacts["meter"]): Promise<Measured> {
  const usage = await meter.read();
  return { usage, sample: await meter.sample() };
}

/** The kubelet's own health checks. An agent that answers has passed them. */
const CHECKS = ["ping", "log", "syncloop"];
const HEALTHY = `${CHECKS.map((check) => `[+]${check} ok\n`).join("")}healthz check passed\n`;

async function kubeletMetrics({
  node,
  startedAt,
  pods,
  podCounts,
  observe,
  claimedBy,
  lives,
  shutdown,
  operations,
  claimsInUse,
  podResources,
  faults,
  requests,
}: NodeApiFacts): Promise<string> {
  const known = pods();
  const [observation, ...claimed] = await Promise.all([
    // A runtime that is down must not hide the rest.
    observe().catch(() => undefined),
    ...known.map(({ metadata }) => claimedBy(metadata.uid ?? "")),
  ]);
  const { user, system } = process.cpuUsage();
  const self = {
    node,
    startedAt,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
  };
  return renderKubeletMetrics({
    process: self,
    pods: podCounts(),
    ...(observation && { observation }),
    lives,
    shutdown: shutdown(),
    volumes: claimed.flat(),
    operations: operations(),
    claims: claimsInUse(),
    podResources: podResources(),
    faults,
    requests,
  });
}

async function cadvisorMetrics({ meter, traffic, cgroups, pods, machine }: NodeApiFacts): Promise<string> {
  const [sample, ofPods] = await Promise.all([meter.sample(), traffic.pods()]);
  return renderCadvisorMetrics(pods(), sample, {
    ...machine,
    cgroups: await cgroups(sample.containers),
    traffic: { pods: ofPods, machine: traffic.machine() },
  });
}

async function resourceMetrics({ meter, cgroups, pods }: NodeApiFacts): Promise<string> {
  try {
    const sample = await meter.sample();
    return renderResourceMetrics(pods(), sample, await cgroups(sample.containers));
  } catch {
    return renderScrapeError(1);
  }
}

/** `path` is what follows `proxy`, with its query; a GET unless `method` says otherwise. */
export async function serveNodeApi(
  path: string,
  facts: NodeApiFacts,
  method?: NodeRequest["method"],
): Promise<NodeApiResponse> {
  if (method !== undefined) return changeLocalVolumes({ method, path }, facts.localVolumes);
  const { pathname, searchParams } = new URL(path, "http://node");
  const logs = /^\/logs(\/.*)?$/.exec(pathname);
  if (logs !== null) return machineLogs(logs[1] ?? "");
  const check = /^\/healthz\/(\w+)$/.exec(pathname)?.[1];
  if (check !== undefined && CHECKS.includes(check)) return plain("ok");
  switch (pathname.replace(/\/$/, "")) {
    case "/healthz":
      return plain(searchParams.has("verbose") ? HEALTHY : "ok");
    case "/pods":
      return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: facts.pods() });
    case "/runningpods":
      return json(runningPods(await facts.observe()));
    case "/statusz":
      return plain(statusz(facts.startedAt, Date.now()));
    case "/flagz":
      return plain(flagz(facts.settings));
    case "/configz":
      return json(configz(facts.configuration()));
    case "/localVolumes":
      return listLocalVolumes(facts.localVolumes);
    case "/stats/summary": {
      const only = searchParams.get("only_cpu_and_memory") === "true";
      const measured = await measure(facts.meter);
      if (!only) return json(await summaryOf(facts, measured));
      const traffic = { machine: () => [], pods: async () => [] };
      return json(withoutDisks(await summaryOf({ ...facts, traffic, storageOf: async () => undefined }, measured)));
    }
    case "/metrics":
      return metrics(await kubeletMetrics(facts));
    case "/metrics/cadvisor":
      return metrics(await cadvisorMetrics(facts));
    case "/metrics/probes":
      return metrics(renderProbeMetrics(facts.probes, facts.startedAt));
    case "/metrics/resource":
      return metrics(await resourceMetrics(facts));
    default:
      return NOT_FOUND;
  }
}
