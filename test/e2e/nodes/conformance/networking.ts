/** Pods that reach each other, and how nodes and the API server reach them. */
import { expect, vi } from "vitest";
import type { Pod, PodSpec } from "../../../../api/generated/core.v1.ts";
import type { ObjectMeta } from "../../../../api/generated/meta.v1.ts";
import { type Behaviour, behaviour } from "./behaviour.ts";
import { isReady, isRunning, script, type TestNamespace } from "./test-namespace.ts";

const FAR = "far";
const PORTS = { http: 8080, udp: 8081 };
const IMAGE = "localhost/busybox:1";

/** Answers with its name over both protocols. */
const server = `const name = require("os").hostname();
  require("http").createServer((_, answer) => answer.end(name)).listen(${PORTS.http});
  const socket = require("dgram").createSocket("udp4").bind(${PORTS.udp});
  socket.on("message", (_, { address, port }) => socket.send(name, port, address));`;
const askUdp = (address: string) => `const socket = require("dgram").createSocket("udp4");
  const ask = () => socket.send("hostname", ${PORTS.udp}, "${address}");
  socket.on("message", (name) => { console.log(String(name)); process.exit(0); });
  setInterval(ask, 200), ask();`;

/** The machine's own Node.js, with the libraries that it needs. */
const withNode = (directories = ["/lib", "/lib64", "/usr", process.execPath.split("/").slice(0, -1).join("/")]) => ({
  mounts: directories.map((mountPath, i) => ({ name: `d${i}`, mountPath, readOnly: true })),
  volumes: directories.map((path, i) => ({ name: `d${i}`, hostPath: { path } })) as PodSpec["volumes"],
});

async function createServers(ns: TestNamespace, first: string): Promise<readonly { name: string; address: string }[]> {
  const { mounts, volumes = [] } = withNode();
  const container = { command: [process.execPath, "-e", server], volumeMounts: mounts };
  const plans = [first, FAR].map((nodeName, i) => ({
    name: `server-${i}`,
    nodeName,
    volumes,
    containers: [container],
  }));
  return Promise.all(
    plans.map(async (plan) => {
      await ns.createPod(plan);
      const { status } = await ns.until<Pod>("pods", plan.name, (pod) => isRunning(pod) && isReady(pod));
      return { name: plan.name, address: status.podIP ?? "" };
    }),
  );
}

/** Vitest's own poll loses track of its test if several run concurrently. */
const answering = (ask: () => Promise<string>, expected: string | RegExp) =>
  vi.waitFor(async () => expect((await ask()).trim()).toMatch(expected), { timeout: 15_000, interval: 100 });
const wget = (address: string, port: number, path = "") => `busybox wget -q -O - http://${address}:${port}/${path}`;

interface Replicas {
  readonly metadata: ObjectMeta;
  readonly status: { readonly readyReplicas?: number; readonly replicas: number };
}

/** Serves its own name. */
const named = {
  name: "web",
  image: IMAGE,
  ...script(`mkdir /www; hostname > /www/index.html; exec httpd -f -p ${PORTS.http} -h /www`),
  ports: [{ containerPort: PORTS.http }],
};
const templateOf = (app: string) => ({
  metadata: { labels: { app } },
  spec: { terminationGracePeriodSeconds: 0, containers: [named] },
});
const untilReady = (ns: TestNamespace, resource: string, count: number) =>
  ns.until<Replicas>(
    resource,
    "own",
    ({ status }) => status.replicas === count && (status.readyReplicas ?? 0) === count,
  );

/** Each pod answers with its name, through the API server. */
async function answerTheirNames(ns: TestNamespace, count: number): Promise<void> {
  const pods = (await ns.list<Pod>("pods", "?labelSelector=app%3Down")).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  expect(pods).toHaveLength(count);
  for (const { metadata } of pods) {
    const { name = "" } = metadata;
    const path = `${ns.path("pods", name)}:${PORTS.http}/proxy/`;
    await answering(() => ns.client.call("GET", path).then(({ text }) => text), name);
  }
}

/** A pod whose preStop hook calls a server, whose log shows the call. */
async function preStop(ns: TestNamespace, nodeName: string, hookOf: (address: string) => object): Promise<void> {
  const log = script(`mkdir /www; echo ok > /www/hook; exec httpd -f -vv -p ${PORTS.http} -h /www`);
  await ns.createPod({ name: "server", nodeName, containers: [log] });
  const { status } = await ns.until<Pod>("pods", "server", isRunning);
  const address = status.podIP ?? "";
  const hooked = { ...script("sleep 1000000"), lifecycle: { preStop: hookOf(address) } };
  await ns.createPod({ name: "hooked", nodeName, terminationGracePeriodSeconds: 4, containers: [hooked] });
  await ns.until<Pod>("pods", "hooked", isRunning);
  await ns.delete("pods", "hooked");
  await answering(() => ns.log("server"), /\/hook/);
  await ns.untilGone("pods", "hooked");
}

export const networking: readonly Behaviour[] = [
  {
    names: ["Networking, intra pod http", "Networking, intra pod udp", "Networking, intra pod http, from node"],
    check: async (ns, { first }) => {
      const servers = await createServers(ns, first);
      await ns.createPod({ name: "on-host", nodeName: first, hostNetwork: true, containers: [script("sleep 100000")] });
      await ns.until<Pod>("pods", "on-host", isRunning);
      for (const { name, address } of servers) {
        await answering(() => ns.exec("server-0", wget(address, PORTS.http)), name);
        await answering(() => ns.exec("server-0", `${process.execPath} -e '${askUdp(address)}'`), name);
        await answering(() => ns.exec("on-host", wget(address, PORTS.http)), name);
      }
    },
  },
  behaviour("Replica Set, run basic image", async (ns) => {
    const spec = { replicas: 1, selector: { matchLabels: { app: "own" } }, template: templateOf("own") };
    const set = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "own" }, spec };
    await ns.create("apps/v1/replicasets", set);
    await untilReady(ns, "apps/v1/replicasets", 1);
    await answerTheirNames(ns, 1);
  }),
  {
    names: ["Kubectl, replication controller", "Kubectl, scale replication controller"],
    check: async (ns, { kubectl }) => {
      const spec = { replicas: 2, selector: { app: "own" }, template: templateOf("own") };
      const controller = { apiVersion: "v1", kind: "ReplicationController", metadata: { name: "own" }, spec };
      await ns.create("replicationcontrollers", controller);
      await untilReady(ns, "replicationcontrollers", 2);
      await answerTheirNames(ns, 2);
      for (const replicas of [1, 2]) {
        await kubectl(["-n", ns.name, "scale", "rc", "own", `--replicas=${replicas}`, "--timeout=5m"]);
        await untilReady(ns, "replicationcontrollers", replicas);
        await answerTheirNames(ns, replicas);
      }
    },
  },
  behaviour("Pod Lifecycle, prestop exec hook", (ns, { first }) =>
    preStop(ns, first, (address) => ({ exec: { command: ["/bin/sh", "-c", wget(address, PORTS.http, "hook")] } })),
  ),
  behaviour("Pod Lifecycle, prestop http hook", (ns, { first }) =>
    preStop(ns, first, (host) => ({ httpGet: { host, port: PORTS.http, path: "/hook" } })),
  ),
];
