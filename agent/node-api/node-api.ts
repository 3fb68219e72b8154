/** What a kubelet answers of itself over HTTP, for `kubectl get --raw /api/v1/nodes/NAME/proxy/…`: reads only. */
import type { Pod } from "../../api/generated/core.v1.ts";
import type { NodeUsage } from "../../api/node-usage.ts";
import type { Sample, UsageMeter } from "../usage/usage-meter.ts";
import type { VolumeStats } from "../volumes/volume-manager.ts";
import { renderResourceMetrics } from "./resource-metrics.ts";
import { summaryOf } from "./summary.ts";

export interface NodeFacts {
  readonly node: string;
  readonly bootedAt: number;
  readonly dataDirectory: string;
  /** With the status that the agent has of each. */
  readonly pods: () => readonly Pod[];
  /** What the pod of that uid keeps on the node's disks; undefined: it is not here. */
  readonly storageOf: (uid: string) => Promise<PodStorage | undefined>;
  readonly imageDirectory: () => string | undefined;
  readonly meter: Pick<UsageMeter, "read" | "sample">;
}

export interface PodStorage {
  readonly volumes: readonly VolumeStats[];
  readonly logDirectory: string;
}

export interface NodeApiAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const PLAIN = "text/plain; charset=utf-8";
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

/** `path` with its query, as it stands after `proxy`. */
export async function answerNodeApi(path: string, facts: NodeFacts): Promise<NodeApiAnswer> {
  switch (path.split("?")[0]?.replace(/\/$/, "")) {
    case "/healthz":
      return { status: 200, type: PLAIN, body: "ok" };
    case "/pods":
      return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: facts.pods() });
    case "/stats/summary":
      return json(await summaryOf(facts, await measure(facts.meter)));
    case "/metrics/resource":
      return {
        status: 200,
        type: "text/plain; version=0.0.4; charset=utf-8",
        body: renderResourceMetrics(facts.pods(), await facts.meter.sample()),
      };
    default:
      return { status: 404, type: PLAIN, body: "404 page not found\n" };
  }
}
