/**
 * What a node's service proxy takes for 1,000 Services with 10,000 endpoints: all of them at once, one endpoint's
 * change, the memory that the agent grows by, and what the rules cost per byte of a connection. In separate network
 * namespaces; needs root and nft.
 *
 *     npm run bench -- services
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ObjectCache } from "../agent/control-plane/objects.ts";
import { KernelProxy } from "../agent/proxy/kernel-proxy.ts";
import { NftSession } from "../agent/proxy/nft-session.ts";
import { RulePlanner } from "../agent/proxy/plan.ts";
import type { RuleSet } from "../agent/proxy/rule-set.ts";
import type { Service } from "../api/generated/core.v1.ts";
import type { EndpointSlice } from "../api/generated/discovery.v1.ts";
import type { NodeChange } from "../api/node/node-sync.ts";
import { median } from "./rig/load.ts";
import { manyServices, slicesOf } from "./rig/many-services.ts";
import { type Figure, report } from "./rig/report.ts";

const SERVICES = 1000;
const ENDPOINTS = 10;
const SLICES = "endpointslices.discovery.k8s.io";
const ROUNDS = 31;
/** How long the agent collects changes. */
const GATHER_MS = 5;
const TRANSFERS = 15;
const TRANSFER_BYTES = 400 * 2 ** 20;
/** The server of the transfers, behind a wire. */
const SERVER = { address: "192.0.2.2", port: 5001, namespace: `sailplane-bench-${process.pid}` };
const VIRTUAL = "10.96.200.1";

const INSIDE = "SAILPLANE_BENCH_INSIDE";
if (process.env[INSIDE] === undefined) {
  const missing = process.getuid?.() !== 0 ? "root" : spawnSync("nft", ["--version"]).status !== 0 ? "nft" : undefined;
  if (missing !== undefined) throw new Error(`the rules of Services need ${missing}`);
  const words = ["--net", process.execPath, "--expose-gc", ...process.argv.slice(1)];
  process.exit(spawnSync("unshare", words, { stdio: "inherit", env: { ...process.env, [INSIDE]: "1" } }).status ?? 1);
}

const directory = mkdtempSync(join(tmpdir(), "sailplane-bench-"));
const objects = new ObjectCache(join(directory, "objects"));
const planner = new RulePlanner();
const log = { info: () => {}, warn: console.error };
const nft = new NftSession();
const proxy = new KernelProxy(log, nft);
let applied: RuleSet | undefined;

/** A sync, to the end of nft's transaction. */
async function tellAgent(text: string): Promise<number> {
  const began = performance.now();
  objects.apply(JSON.parse(text));
  const rules = planner.plan({
    services: objects.list("services"),
    slices: objects.list<EndpointSlice>(SLICES),
    node: { name: "node-1", zone: "", addresses: [] },
    podRanges: ["10.244.0.0/16"],
    ownRanges: ["10.244.1.0/24"],
    instead: new Map(),
  });
  await proxy.apply(rules, { bridgeBypasses: false });
  applied = rules;
  return performance.now() - began + GATHER_MS;
}

const syncText = (revision: number, changes: readonly NodeChange[]): string =>
  JSON.stringify({ type: "sync", revision, reset: false, changes });

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 2 ** 20;
}

async function measureRules(): Promise<Figure[]> {
  const services = manyServices(SERVICES);
  const slices = slicesOf(services, ENDPOINTS);
  const everything = syncText(2, [
    ...services.map((object) => ({ type: "ADDED" as const, resource: "services", object })),
    ...slices.map((object) => ({ type: "ADDED" as const, resource: SLICES, object })),
    ...behindServer(),
  ]);
  const changes: number[] = [];
  const before = memory();
  const whole = await tellAgent(everything);
  const grown = memory() - before;
  for (const [round, slice] of slices.slice(0, ROUNDS).entries()) {
    const revision = 10 + round;
    const metadata = { ...slice.metadata, resourceVersion: String(revision) };
    const object = { ...slice, metadata, endpoints: (slice.endpoints ?? []).slice(1) };
    changes.push(await tellAgent(syncText(revision, [{ type: "MODIFIED", resource: SLICES, object }])));
  }
  return [
    { name: "all, told to in the kernel", value: whole, unit: "ms", limit: 1000 },
    { name: "one endpoint, told to in the kernel", value: median(changes), unit: "ms", limit: 30 },
    { name: "memory that the agent grew by", value: grown, unit: "MB", limit: 40 },
  ];
}

/** A Service whose only endpoint is the server of the transfers. */
function behindServer(): NodeChange[] {
  const [service] = manyServices(1);
  const [slice] = slicesOf(service ? [service] : [], 1);
  if (service === undefined || slice === undefined) throw new Error("one Service was to be made");
  const spec = { ...service.spec, clusterIP: VIRTUAL, clusterIPs: [VIRTUAL] };
  const virtual: Service = { ...service, metadata: { ...service.metadata, name: "server" }, spec };
  const labels = { "kubernetes.io/service-name": "server" };
  const real: EndpointSlice = {
    ...slice,
    metadata: { ...slice.metadata, name: "server-x", labels },
    ports: [{ name: "http", port: SERVER.port, protocol: "TCP" }],
    endpoints: [{ addresses: [SERVER.address], conditions: { ready: true }, nodeName: "node-2" }],
  };
  return [
    { type: "ADDED", resource: "services", object: virtual },
    { type: "ADDED", resource: SLICES, object: real },
  ];
}

const swallow = `require("net").createServer((socket) => socket.resume().on("end", () => socket.end()))
  .listen(${SERVER.port}, () => console.log("ready"))`;
const pour = (address: string, port: number) => `const chunk = Buffer.alloc(1 << 20);
  const socket = require("net").connect(${port}, "${address}"); let left = ${TRANSFER_BYTES}; const began = process.cpuUsage();
  const more = () => { while (left > 0) { left -= chunk.length; if (!socket.write(chunk)) return socket.once("drain", more); } socket.end(); };
  socket.on("connect", more).on("close", () => { const { user, system } = process.cpuUsage(began); console.log((user + system) / 1e3); }).resume();`;

const ip = (...words: string[]) => execFileSync("ip", words);

async function startServer(): Promise<ChildProcess> {
  const { namespace, address } = SERVER;
  ip("netns", "add", namespace);
  ip("link", "add", "wire0", "type", "veth", "peer", "name", "wire0", "netns", namespace);
  ip("address", "add", "192.0.2.1/24", "dev", "wire0");
  ip("link", "set", "wire0", "up");
  ip("route", "add", "default", "dev", "wire0");
  ip("-n", namespace, "address", "add", `${address}/24`, "dev", "wire0");
  ip("-n", namespace, "link", "set", "wire0", "up");
  const words = ["netns", "exec", namespace, process.execPath, "-e", swallow];
  const server = spawn("ip", words, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => server.stdout?.once("data", resolve));
  return server;
}

/** CPU of the sender, which does the kernel's work on its packets. */
async function measureThroughput(): Promise<Figure[]> {
  const server = await startServer();
  const transfer = (address: string, port: number) =>
    Number(execFileSync(process.execPath, ["-e", pour(address, port)], { encoding: "utf8" }));
  const through: number[] = [];
  const without: number[] = [];
  for (let round = 0; round < TRANSFERS; round++) {
    through.push(transfer(VIRTUAL, 80));
    // Without any rule there is no connection tracking either.
    execFileSync("nft", ["flush", "ruleset"]);
    without.push(transfer(SERVER.address, SERVER.port));
    if (applied !== undefined) await new KernelProxy(log, nft).apply(applied, { bridgeBypasses: false });
  }
  server.kill();
  return [
    {
      name: "sending through the rules, CPU to without any",
      value: median(through) / median(without),
      unit: "x",
      limit: 1.05,
    },
  ];
}

try {
  ip("link", "set", "lo", "up");
  const rules = await measureRules();
  report("services", [...rules, ...(await measureThroughput())]);
} finally {
  spawnSync("ip", ["netns", "del", SERVER.namespace]);
  nft.close();
  await objects.close();
  rmSync(directory, { recursive: true, force: true });
}
