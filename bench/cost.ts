/**
 * What a cluster costs a month on Cloudflare: each event is run at least once against the real control plane with every
 * billed operation counted, and a day is composed of those counts. `idle` has nodes and pods, and no changes; `busy`
 * replaces each pod once a day, rolls out 20 Deployments and serves 5,000 reads.
 *
 *     npm run bench -- cost
 */
import { setTimeout as sleep } from "node:timers/promises";
import { awakeSeconds, monthlyBill, type Operations, sum, times } from "../api/bill.ts";
import { type Asked, Client } from "./rig/client.ts";
import { startCounted } from "./rig/counted-cluster.ts";
import { configMap, configMaps, newNamespace, pod, pods } from "./rig/objects.ts";
import { type Figure, report } from "./rig/report.ts";

const { target, settled } = await startCounted();
const client = new Client(target, 4);

const REPEATS = 10;

/** The operations of one run, including those that it triggers. */
async function costOf(run: (index: number) => Promise<unknown>): Promise<Operations> {
  const before = await settled();
  for (let index = 0; index < REPEATS; index++) {
    await run(index);
    await sleep(100);
  }
  return times(1 / REPEATS, sum([await settled(), times(-1, before)]));
}

const requested = (method: Asked["method"], path: string, body?: unknown, type = "application/json") =>
  client.ask({
    ...(method && { method }),
    path,
    ...(body !== undefined && { body, headers: { "content-type": type } }),
  });
const merged = (path: string, body: unknown) => requested("PATCH", path, body, "application/merge-patch+json");

/** Reports like an agent: containers started, ready, then gone. */
async function livePod(namespace: string, index: number): Promise<void> {
  const path = `${pods(namespace)}/pod-${index}`;
  await requested("POST", pods(namespace), pod(index));
  await requested("POST", `${path}/binding`, {
    metadata: { name: `pod-${index}` },
    target: { kind: "Node", name: "bench" },
  });
  for (const phase of ["Pending", "Running"]) await merged(`${path}/status`, { status: { phase, podIP: "10.0.0.1" } });
  await requested("DELETE", path);
  await merged(`${path}/status`, { status: { phase: "Succeeded" } });
  await requested("DELETE", `${path}?gracePeriodSeconds=0`);
}

function deployment(name: string) {
  const labels = { app: name };
  const { containers } = pod(0).spec;
  const template = { metadata: { labels }, spec: { schedulerName: "none", containers } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { replicas: 3, selector: { matchLabels: labels }, template },
  };
}

async function measure(): Promise<Readonly<Record<string, Operations>>> {
  const namespace = await newNamespace(target);
  await requested("POST", "/api/v1/nodes", { metadata: { name: "bench" } });
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await requested("POST", configMaps(namespace), configMap("read"));
  await requested("GET", "/bench/tick");
  // A node asks for changes since its revision; here there are none.
  const sync = "/sailplane/v1/nodes/bench/sync";
  const { revision } = JSON.parse((await requested("GET", `${sync}?since=0`)).text);
  return {
    tick: await costOf(() => requested("GET", "/bench/tick")),
    read: await costOf(() => requested("GET", `${configMaps(namespace)}/read`)),
    write: await costOf((index) => requested("POST", configMaps(namespace), configMap(`w-${index}`))),
    nodeSync: await costOf(() => requested("GET", `${sync}?since=${revision}`)),
    nodeReport: await costOf((index) =>
      merged("/api/v1/nodes/bench/status", { status: { nodeInfo: { bootID: `b-${index}` } } }),
    ),
    podLife: await costOf((index) => livePod(namespace, index)),
    rollout: await costOf((index) => requested("POST", deployments, deployment(`d-${index}`))),
  };
}

/** Agents sync every full hour, all at once; the hub checks its sockets every 40 seconds, and writes its next alarm. */
const SYNCS = 24;
const hubAlarm: Operations = { workerRequests: 0, objectRequests: 1, rowsWritten: 1 };
const HUB_ALARMS = 2160;
const TICKS = 1440;

function dollars(of: Readonly<Record<string, Operations>>, nodes: number, busy: boolean): number {
  const cost = (name: string, count: number) => {
    const operations = of[name];
    if (!operations) throw new Error(`${name} was not measured`);
    return times(count, operations);
  };
  const activity = busy
    ? [
        cost("podLife", nodes * 10),
        cost("rollout", 20),
        cost("read", 5000),
        cost("nodeReport", nodes),
        cost("write", 200),
      ]
    : [];
  const alarms = nodes > 0 ? HUB_ALARMS : 0;
  const day = sum([cost("tick", TICKS), cost("nodeSync", nodes * SYNCS), times(alarms, hubAlarm), ...activity]);
  const events = (busy ? nodes * 70 + 5300 : 0) + (nodes > 0 ? SYNCS : 0);
  // The store, the controllers and the scheduler all wake with the clock; the hub has its own.
  const awake = 3 * awakeSeconds(TICKS + events) + awakeSeconds(alarms + events);
  return monthlyBill(day, awake);
}

try {
  const measured = await measure();
  console.table(measured);
  const limits: Readonly<Record<number, number>> = { 100: 6, 1000: 10 };
  const figures = [1, 10, 100, 1000].flatMap((nodes): Figure[] => {
    const limit = limits[nodes];
    return [
      {
        name: `${nodes} nodes, idle`,
        value: dollars(measured, nodes, false),
        unit: "$/month",
        ...(limit && { limit }),
      },
      { name: `${nodes} nodes, busy`, value: dollars(measured, nodes, true), unit: "$/month" },
    ];
  });
  report("cost", figures);
} finally {
  client.close();
  await target.close();
}
