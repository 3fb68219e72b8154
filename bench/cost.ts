/**
 * What a cluster costs a month on Cloudflare: each thing that happens is done once or more against the real control plane, with
 * everything billed counted, and a day is made of those counts. `idle` has nodes and pods, and nobody who changes anything; `busy`
 * replaces each pod once a day, rolls out 20 Deployments and answers 5,000 reads.
 *
 *     npm run bench -- cost
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { parse } from "smol-toml";
import { awakeSeconds, monthlyBill, type Operations, sum, times } from "../api/bill.ts";
import { freePort } from "../test/e2e/cluster.ts";
import { type Asked, Client } from "./rig/client.ts";
import { configMap, configMaps, newNamespace, pod, pods } from "./rig/objects.ts";
import { type Figure, tell } from "./rig/report.ts";
import { targetAt } from "./rig/target.ts";

const { default: workerd } = createRequire(import.meta.url)("workerd") as { default: string };
const root = join(import.meta.dirname, "..");
const token = "bench";
const port = await freePort();

interface Wrangler {
  readonly compatibility_date: string;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
}

async function configuration(directory: string): Promise<string> {
  const wrangler = parse(await readFile(`${root}/wrangler.toml`, "utf8")) as unknown as Wrangler;
  const objects = wrangler.durable_objects.bindings;
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = "${directory}", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${wrangler.compatibility_date}",
  durableObjectNamespaces = [${objects.map((o) => `(className = "${o.class_name}", uniqueKey = "${o.class_name}", enableSql = true)`)}],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [
    ${objects.map((o) => `(name = "${o.name}", durableObjectNamespace = "${o.class_name}"),`).join("\n    ")}
    (name = "API", service = (name = "main", entrypoint = "OwnApi")),
    (name = "ADMIN_TOKEN_SHA256", text = "${createHash("sha256").update(token).digest("hex")}"),
  ],
);
`;
}

const target = targetAt(`http://127.0.0.1:${port}`, token);
const client = new Client(target, 4);
const counts = async (): Promise<Operations> => JSON.parse((await client.ask({ path: "/bench/counts" })).text);

/** The counts once the controllers have nothing left to do. */
async function settled(): Promise<Operations> {
  for (let before = await counts(); ; ) {
    await sleep(300);
    const now = await counts();
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}

const REPEATS = 10;

/** What one run counts, what it sets off included. */
async function costOf(run: (index: number) => Promise<unknown>): Promise<Operations> {
  const before = await settled();
  for (let index = 0; index < REPEATS; index++) {
    await run(index);
    await sleep(100);
  }
  return times(1 / REPEATS, sum([await settled(), times(-1, before)]));
}

const asked = (method: Asked["method"], path: string, body?: unknown, type = "application/json") =>
  client.ask({
    ...(method && { method }),
    path,
    ...(body !== undefined && { body, headers: { "content-type": type } }),
  });
const merged = (path: string, body: unknown) => asked("PATCH", path, body, "application/merge-patch+json");

/** As an agent reports: containers started, ready, then gone. */
async function livePod(namespace: string, index: number): Promise<void> {
  const path = `${pods(namespace)}/pod-${index}`;
  await asked("POST", pods(namespace), pod(index));
  await asked("POST", `${path}/binding`, {
    metadata: { name: `pod-${index}` },
    target: { kind: "Node", name: "bench" },
  });
  for (const phase of ["Pending", "Running"]) await merged(`${path}/status`, { status: { phase, podIP: "10.0.0.1" } });
  await asked("DELETE", path);
  await merged(`${path}/status`, { status: { phase: "Succeeded" } });
  await asked("DELETE", `${path}?gracePeriodSeconds=0`);
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
  await asked("POST", "/api/v1/nodes", { metadata: { name: "bench" } });
  const deployments = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await asked("POST", configMaps(namespace), configMap("read"));
  await asked("GET", "/bench/tick");
  // A node asks for what came after what it knows: here, for nothing.
  const sync = "/sailplane/v1/nodes/bench/sync";
  const { revision } = JSON.parse((await asked("GET", `${sync}?since=0`)).text);
  return {
    tick: await costOf(() => asked("GET", "/bench/tick")),
    read: await costOf(() => asked("GET", `${configMaps(namespace)}/read`)),
    write: await costOf((index) => asked("POST", configMaps(namespace), configMap(`w-${index}`))),
    nodeSync: await costOf(() => asked("GET", `${sync}?since=${revision}`)),
    nodeReport: await costOf((index) =>
      merged("/api/v1/nodes/bench/status", { status: { nodeInfo: { bootID: `b-${index}` } } }),
    ),
    podLife: await costOf((index) => livePod(namespace, index)),
    rollout: await costOf((index) => asked("POST", deployments, deployment(`d-${index}`))),
  };
}

/** The agents look by themselves at each full hour, all together; the hub looks at its sockets every 40 seconds, and writes its next alarm. */
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
  // The store, the controllers and the scheduler wake with the clock, all together; the hub with its own.
  const awake = 3 * awakeSeconds(TICKS + events) + awakeSeconds(alarms + events);
  return monthlyBill(day, awake);
}

const directory = await mkdtemp(join(tmpdir(), "sailplane-bench-"));
await build({
  entryPoints: [join(import.meta.dirname, "cost-worker.ts")],
  outfile: join(directory, "worker.js"),
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
  loader: { ".sql": "text" },
  define: { SAILPLANE_VERSION: '"bench"' },
});
await writeFile(join(directory, "config.capnp"), await configuration(directory));
const server = spawn(workerd, ["serve", "--experimental", join(directory, "config.capnp")], { stdio: "inherit" });
try {
  while (!(await counts().catch(() => undefined))) await sleep(50);
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
  tell("cost", figures);
} finally {
  server.kill("SIGKILL");
  client.close();
  await rm(directory, { recursive: true, force: true });
}
