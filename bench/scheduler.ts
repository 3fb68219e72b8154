/**
 * How fast pods are bound, from the create of each to the watch event that shows its node: many at once on 1,000 nodes
 * (NODES) by 64 clients, then one at a time. The nodes are objects only. For our own server also the CPU per pod: its
 * create, its placement, its events, and the watch.
 *
 *     npm run bench -- scheduler [--peer URL --peer-token T]       NODES=5000 PODS=3000
 */

import { setTimeout as sleep } from "node:timers/promises";
import { timestamp } from "../api/machinery/time/time.ts";
import { Client } from "./rig/client.ts";
import { load, median } from "./rig/load.ts";
import { newNamespace, pods } from "./rig/objects.ts";
import { type Figure, runBench } from "./rig/report.ts";

const NODES = Number(process.env.NODES ?? 1000);
const PODS = Number(process.env.PODS ?? 3000);
const CLIENTS = 64;
const ALONE = 40;
const TIMEOUT_MS = 240_000;

const RATE = NODES > 1000 ? 700 : 1500;

const size = { cpu: "32", memory: "64Gi", pods: "110" };
const MERGE_PATCH = { "content-type": "application/merge-patch+json" };

function node(index: number) {
  const name = `sched-${index}`;
  const now = timestamp(Date.now());
  const ready = { type: "Ready", status: "True", reason: "KubeletReady" };
  return {
    metadata: {
      name,
      labels: { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": `z${index % 3}` },
    },
    status: {
      capacity: size,
      allocatable: size,
      conditions: [{ ...ready, lastHeartbeatTime: now, lastTransitionTime: now }],
    },
  };
}

const pod = (index: number) => ({
  metadata: { name: `p-${index}`, labels: { app: `a${index % 20}` } },
  spec: { containers: [{ name: "c", image: "x", resources: { requests: { cpu: "100m", memory: "64Mi" } } }] },
});

/** The times at which a watch showed each pod's node, in milliseconds. */
class Bound {
  readonly #times = new Map<string, number>();
  last = 0;

  see(line: string): void {
    const { object } = JSON.parse(line || "{}") as { object?: { metadata: { name: string }; spec?: object } };
    if (!object?.spec || !("nodeName" in object.spec) || this.#times.has(object.metadata.name)) return;
    this.last = performance.now();
    this.#times.set(object.metadata.name, this.last);
  }

  get count(): number {
    return this.#times.size;
  }

  at(name: string): number {
    return this.#times.get(name) ?? Number.POSITIVE_INFINITY;
  }

  async until(count: number): Promise<void> {
    for (const ends = performance.now() + TIMEOUT_MS; this.count < count && performance.now() < ends; ) await sleep(1);
  }
}

await runBench("scheduler", async (target) => {
  const namespace = await newNamespace(target);
  await load(target, { clients: 16, count: NODES }, async (client, index) => {
    const path = `/api/v1/nodes/sched-${index}`;
    const { status, ...made } = node(index);
    await client.ask({ method: "POST", path: "/api/v1/nodes", body: { ...made, status } }).catch(() => undefined);
    await client.ask({ method: "PATCH", path: `${path}/status`, body: { status }, headers: MERGE_PATCH });
    // A node that has not reported yet is tainted.
    await client.ask({ method: "PATCH", path, body: { spec: { taints: null } }, headers: MERGE_PATCH });
  });
  const watch = new Client(target, 1);
  const bound = new Bound();
  await watch.follow(`${pods(namespace)}?watch=true`, (line) => bound.see(line));
  await sleep(1000);

  const created: number[] = [];
  const create = (client: Client, index: number) => {
    created[index] = performance.now();
    return client.ask({ method: "POST", path: pods(namespace), body: pod(index) });
  };
  const cpu = target.cpu?.();
  const started = performance.now();
  const creates = await load(target, { clients: CLIENTS, count: PODS }, create);
  await bound.until(PODS);
  const used = cpu === undefined || !target.cpu ? undefined : target.cpu() - cpu;
  const waits = created.map((time, index) => bound.at(`p-${index}`) - time).sort((a, b) => a - b);
  const share = (part: number) => waits[Math.floor((waits.length - 1) * part)] ?? Number.NaN;
  const many = `${PODS} pods on ${NODES} nodes`;
  const figures: Figure[] = [
    {
      name: `${many}, bound`,
      value: (bound.count / (bound.last - started)) * 1000,
      unit: "/s",
      limit: RATE,
    },
    { name: `${many}, created`, value: creates.perSecond, unit: "/s" },
    { name: "create to bound, median", value: share(0.5), unit: "ms" },
    { name: "create to bound, p99", value: share(0.99), unit: "ms", limit: 400 },
  ];
  if (used !== undefined) figures.push({ name: "create to bound, CPU", value: (used * 1000) / PODS, unit: "µs" });
  if (target.memory) figures.push({ name: "memory with all of them bound", value: target.memory(), unit: "MB" });

  const client = new Client(target, 1);
  const alone: number[] = [];
  for (let index = PODS; index < PODS + ALONE; index++) {
    await sleep(50);
    await create(client, index);
    const answered = performance.now();
    await bound.until(index + 1);
    alone.push(Math.max(0, bound.at(`p-${index}`) - answered));
  }
  client.close();
  watch.close();
  return [
    ...figures,
    { name: "one pod alone, from its create's answer to bound, median", value: median(alone), unit: "ms", limit: 10 },
  ];
});
