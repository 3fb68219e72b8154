/**
 * What the store costs by itself, without API server, TLS or validation:
 *
 *     npm run bench -- store-object [--port N] [--objects N]
 *
 * Prints a table, and the same as JSON. Figures of single calls are medians; all include the machine's noise.
 */
import { readFile, writeFile } from "node:fs/promises";
import { Agent, get, type IncomingMessage } from "node:http";
import { parseArgs } from "node:util";
import { median } from "./rig/load.ts";
import { serveWorker } from "./rig/served-worker.ts";

const { values } = parseArgs({ options: { port: { type: "string" }, objects: { type: "string" } } });
const port = Number(values.port ?? 7190);
const objects = Number(values.objects ?? 5000);
const agent = new Agent({ keepAlive: true });

const config = (directory: string) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main), (name = "disk", disk = (path = "${directory}", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-10-20",
  durableObjectNamespaces = [(className = "ClusterStore", uniqueKey = "store", enableSql = true, preventEviction = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "CLUSTER_STORE", durableObjectNamespace = "ClusterStore")],
);
`;

const open = (path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => get({ host: "127.0.0.1", port, path, agent }, resolve).on("error", reject));

/** Milliseconds to the first byte and to the end, and the answer. */
async function call(path: string) {
  const started = performance.now();
  const response = await open(path);
  let first = 0;
  let text = "";
  for await (const chunk of response) {
    first ||= performance.now() - started;
    text += chunk;
  }
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${text}`);
  return { first, whole: performance.now() - started, text };
}

/** Megabytes of the process; VmHWM: the maximum since the last reading. */
async function resident(field: "VmRSS" | "VmHWM" = "VmRSS"): Promise<number> {
  const status = await readFile(`/proc/${server.process.pid}/status`, "utf8");
  await writeFile(`/proc/${server.process.pid}/clear_refs`, "5");
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024);
}

async function measure(): Promise<Record<string, string>> {
  const figures: Record<string, string> = {};
  let from = objects;
  await call(`/create?count=${objects}&clients=64&from=0`);
  const stored = await resident();
  const { whole } = await call("/get?count=3000&clients=1&from=0");
  figures["get, 1 client"] = `${(whole / 3000).toFixed(3)} ms`;
  const rare = [{ of: "label", key: "app", operator: "in", values: ["rare"] }];
  const lists = { "list all": {}, "page of 500": { limit: 500 }, "1 in 50 by label": { requirements: rare } };
  for (const [title, request] of Object.entries(lists)) {
    const path = `/list?request=${encodeURIComponent(JSON.stringify(request))}`;
    const runs = [];
    for (let i = 0; i < 7; i++) runs.push(await call(path));
    const bytes = runs[0]?.text.length ?? 0;
    const [first, all] = [median(runs.map((run) => run.first)), median(runs.map((run) => run.whole))];
    figures[`${title}, ${(bytes / 1e6).toFixed(1)} MB`] = `${all.toFixed(1)} ms, first byte ${first.toFixed(1)} ms`;
  }
  figures["memory after the writes, and the most that reads add"] =
    `${stored} MB, ${(await resident("VmHWM")) - stored} MB`;
  for (const clients of [1, 16, 64]) {
    const count = 500 * Math.min(clients, 16);
    const { whole } = await call(`/create?count=${count}&clients=${clients}&from=${from}`);
    figures[`create, ${clients} clients`] = `${Math.round((count / whole) * 1000)} a second`;
    from += count;
  }
  for (const watchers of [100, 1000])
    figures[`write to the last of ${watchers} watchers`] = await measureWatch(watchers, from++);
  return figures;
}

/** The watchers are read in this process too, which with a thousand of them is the slower part. */
async function measureWatch(watchers: number, index: number): Promise<string> {
  const since = JSON.parse((await call("/status")).text).revision;
  const path = `/watch?request=${encodeURIComponent(JSON.stringify({ since }))}`;
  const streams = await Promise.all(Array.from({ length: watchers }, () => open(path)));
  let told = 0;
  const all = new Promise<void>((resolve) => {
    for (const stream of streams) stream.once("data", () => ++told === watchers && resolve());
  });
  await new Promise((resume) => setTimeout(resume, 200));
  const started = performance.now();
  const { whole } = await call(`/create?count=1&clients=1&from=${9_000_000 - index}`);
  await all;
  const last = performance.now() - started;
  for (const stream of streams) stream.destroy();
  return `${last.toFixed(1)} ms, the writer's answer ${whole.toFixed(1)} ms`;
}

const server = await serveWorker("store-worker.ts", config);
try {
  while (!(await call("/status").catch(() => undefined))) await new Promise((resume) => setTimeout(resume, 20));
  const figures = await measure();
  const { faults } = JSON.parse((await call("/check")).text);
  figures["faults found by the checker"] = String(faults.length);
  console.table(figures);
  console.log(JSON.stringify({ objects, figures }));
} finally {
  await server.close();
  agent.destroy();
}
