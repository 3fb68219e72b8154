/** What a kubelet answers of itself over HTTP, for `kubectl get --raw /api/v1/nodes/NAME/proxy/…`: reads only. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { NodeUsage } from "../../api/node-usage.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { Observation } from "../runtime/observation.ts";
import type { Sample, UsageMeter } from "../usage/usage-meter.ts";
import type { VolumeStats } from "../volumes/volume-stats.ts";
import { type MachineSize, renderCadvisorMetrics } from "./cadvisor-metrics.ts";
import { configz, type NodeConfiguration } from "./configz.ts";
import { renderKubeletMetrics } from "./kubelet-metrics.ts";
import { machineLogs } from "./machine-logs.ts";
import { renderProbeMetrics } from "./probe-metrics.ts";
import { METRICS_TYPE } from "./prometheus.ts";
import { renderResourceMetrics } from "./resource-metrics.ts";
import { runningPods } from "./running-pods.ts";
import { summaryOf, withoutDisks } from "./summary.ts";

export interface NodeFacts {
  readonly node: string;
  readonly bootedAt: number;
  readonly startedAt: number;
  readonly machine: MachineSize;
  readonly dataDirectory: string;
  readonly configuration: () => NodeConfiguration;
  /** With the status that the agent has of each. */
  readonly pods: () => readonly Pod[];
  /** What the runtime runs. */
  readonly observe: () => Promise<Observation>;
  /** What the pod of that uid keeps on the node's disks; undefined: it is not here. */
  readonly storageOf: (uid: string) => Promise<PodStorage | undefined>;
  /** The volumes of its claims alone: the others would be measured file by file. */
  readonly claimedBy: (uid: string) => Promise<readonly VolumeStats[]>;
  readonly imageDirectory: () => string | undefined;
  readonly meter: Pick<UsageMeter, "read" | "sample">;
  readonly probes: Pick<ProbeCounts, "all">;
}

export interface PodStorage {
  readonly volumes: readonly VolumeStats[];
  readonly logDirectory: string;
}

export interface NodeApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string | AsyncIterable<Uint8Array>;
}

const PLAIN = "text/plain; charset=utf-8";
const plain = (body: string, status = 200): NodeApiAnswer => ({ status, type: PLAIN, body });
const metrics = (body: string): NodeApiAnswer => ({ status: 200, type: METRICS_TYPE, body });
const json = (value: unknown): NodeApiAnswer => ({
  status: 200,
  type: "application/json",
  body: JSON.stringify(value),
});

export interface Measured {
  readonly sample: Sample;
  readonly usage: NodeUsage;
}

async function measure(meter: NodeFacts["meter"]): Promise<Measured> {
  const usage = await meter.read();
  return { usage, sample: await meter.sample() };
}

/** What the kubelet checks of itself. An agent that answers has passed. */
const CHECKS = ["ping", "log", "syncloop"];
const HEALTHY = `${CHECKS.map((check) => `[+]${check} ok\n`).join("")}healthz check passed\n`;

async function kubeletMetrics({ node, startedAt, pods, observe, claimedBy }: NodeFacts): Promise<string> {
  const known = pods();
  const [observation, ...claimed] = await Promise.all([
    observe(),
    ...known.map(({ metadata }) => claimedBy(metadata.uid ?? "")),
  ]);
  const { user, system } = process.cpuUsage();
  const self = {
    node,
    startedAt,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
  };
  return renderKubeletMetrics({ process: self, pods: known, observation, volumes: claimed.flat() });
}

/** `path` with its query, as it stands after `proxy`. */
export async function answerNodeApi(path: string, facts: NodeFacts): Promise<NodeApiAnswer> {
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
    case "/configz":
      return json(configz(facts.configuration()));
    case "/stats/summary": {
      const only = searchParams.get("only_cpu_and_memory") === "true";
      const measured = await measure(facts.meter);
      if (!only) return json(await summaryOf(facts, measured));
      return json(withoutDisks(await summaryOf({ ...facts, storageOf: async () => undefined }, measured)));
    }
    case "/metrics":
      return metrics(await kubeletMetrics(facts));
    case "/metrics/cadvisor":
      return metrics(renderCadvisorMetrics(facts.pods(), await facts.meter.sample(), facts.machine));
    case "/metrics/probes":
      return metrics(renderProbeMetrics(facts.probes.all, facts.startedAt));
    case "/metrics/resource":
      return metrics(renderResourceMetrics(facts.pods(), await facts.meter.sample()));
    default:
      return plain("404 page not found\n", 404);
  }
}
