/**
 * What the control loops make of a large Deployment on 100 simulated nodes (NODES): from 0 replicas to 1,000 (PODS),
 * each bound and running; all of them replaced, and whether the update's promises held at every moment; and a namespace
 * of 5,000 objects (OBJECTS) that is deleted. Meanwhile another client sends a small request every 20 ms, which shows for
 * how long the loops block the thread.
 *
 *     npm run bench -- workloads
 */
import { setTimeout as sleep } from "node:timers/promises";
import { readKubeconfig } from "../cli/kubeconfig.ts";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { Client } from "./rig/client.ts";
import { FollowedPods, type PodObject } from "./rig/followed-pods.ts";
import { load } from "./rig/load.ts";
import { configMap, configMaps, deployments, newNamespace, pods } from "./rig/objects.ts";
import { type Figure, report } from "./rig/report.ts";
import { startNodes } from "./rig/simulated-nodes.ts";
import { addressOf } from "./rig/target.ts";

const NODES = Number(process.env.NODES ?? 100);
const PODS = Number(process.env.PODS ?? 1000);
const OBJECTS = Number(process.env.OBJECTS ?? 5000);
const PATIENCE_MS = 300_000;
const MERGE_PATCH = { "content-type": "application/merge-patch+json" };

const cluster = await Cluster.start({ agent: false });
const connection = readKubeconfig(cluster.directory);
const target = addressOf(cluster);
const client = new Client(target, 4);
const figures: Figure[] = [];
const nodes = await startNodes(connection, NODES);
try {
  await until(async () => (await readyNodes()) === NODES);
  const namespace = await newNamespace(target);
  const followed = await followPods(namespace);
  await client.ask({ method: "POST", path: deployments(namespace), body: deployment(0) });
  await scale(namespace, followed);
  await roll(namespace, followed);
  await deleteNamespace();
} finally {
  client.close();
  await nodes.stop();
  await cluster.remove();
}
report("workloads", figures);
process.exit(0);

function deployment(replicas: number) {
  const labels = { app: "web" };
  const containers = [{ name: "main", image: "registry.k8s.io/pause:3.10", resources: { requests: { cpu: "10m" } } }];
  // The mount of a token would outlive a node that is simulated.
  const spec = { automountServiceAccountToken: false, containers };
  return {
    metadata: { name: "web" },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

async function followPods(namespace: string): Promise<FollowedPods> {
  const followed = new FollowedPods();
  await new Client(target, 1).follow(`${pods(namespace)}?watch=true`, (line) => followed.take(line));
  return followed;
}

async function scale(namespace: string, followed: FollowedPods): Promise<void> {
  const started = performance.now();
  const bystander = ask();
  const path = `${deployments(namespace)}/web`;
  await client.ask({ method: "PATCH", path, body: { spec: { replicas: PODS } }, headers: MERGE_PATCH });
  await until(async () => followed.count(({ bound }) => bound) === PODS);
  const bound = performance.now() - started;
  await until(async () => followed.count(({ ready }) => ready) === PODS);
  const what = `0 to ${PODS} replicas on ${NODES} nodes`;
  figures.push(
    { name: `${what}, all bound`, value: bound / 1000, unit: "s", limit: 3 },
    { name: `${what}, all running`, value: (performance.now() - started) / 1000, unit: "s", limit: 6 },
    ...(await bystander(what)),
  );
}

/** A quarter more, and a quarter fewer, the defaults of Deployments. */
async function roll(namespace: string, followed: FollowedPods): Promise<void> {
  followed.leastReady = PODS;
  followed.mostAlive = 0;
  const started = performance.now();
  const bystander = ask();
  const path = `${deployments(namespace)}/web`;
  const [old] = followed.pods.values();
  const template = { metadata: { annotations: { again: "yes" } } };
  await client.ask({ method: "PATCH", path, body: { spec: { template } }, headers: MERGE_PATCH });
  await until(
    async () =>
      followed.pods.size === PODS && followed.count((pod) => pod.ready && pod.generation !== old?.generation) === PODS,
  );
  const what = `rolling update of ${PODS}`;
  figures.push(
    { name: `${what}, all replaced`, value: (performance.now() - started) / 1000, unit: "s" },
    {
      name: `${what}, fewer ready than promised`,
      value: Math.max(0, PODS * 0.75 - followed.leastReady),
      unit: "pods",
      limit: 0,
    },
    {
      name: `${what}, more than promised`,
      value: Math.max(0, followed.mostAlive - PODS * 1.25),
      unit: "pods",
      limit: 0,
    },
    ...(await bystander(what)),
  );
}

async function deleteNamespace(): Promise<void> {
  const namespace = await newNamespace(target);
  await load(target, { clients: 16, count: OBJECTS }, (each, index) =>
    each.ask({ method: "POST", path: configMaps(namespace), body: configMap(`c-${index}`) }),
  );
  const path = `/api/v1/namespaces/${namespace}`;
  const started = performance.now();
  const bystander = ask();
  await client.ask({ method: "DELETE", path });
  await until(() =>
    client.ask({ path }).then(
      () => false,
      () => true,
    ),
  );
  const what = `a namespace of ${OBJECTS} objects`;
  figures.push(
    { name: `${what}, deleted`, value: (performance.now() - started) / 1000, unit: "s", limit: 5 },
    ...(await bystander(what)),
  );
}

/** A client sends small requests until the returned function is called, which says how long they took. */
function ask(): (what: string) => Promise<Figure[]> {
  let going = true;
  const took: number[] = [];
  const asking = (async () => {
    while (going) {
      const { whole } = await client.ask({ path: "/version" });
      took.push(whole);
      await sleep(20);
    }
  })();
  return async (what) => {
    going = false;
    await asking;
    took.sort((a, b) => a - b);
    const p99 = took[Math.floor((took.length - 1) * 0.99)] ?? Number.NaN;
    return [{ name: `${what}, somebody else's request, p99`, value: p99, unit: "ms" }];
  };
}

async function readyNodes(): Promise<number> {
  const { items } = JSON.parse((await client.ask({ path: "/api/v1/nodes" })).text) as { items: PodObject[] };
  return items.filter(({ status }) =>
    status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  ).length;
}

async function until(done: () => Promise<boolean>): Promise<void> {
  const ends = performance.now() + PATIENCE_MS;
  while (!(await done())) {
    if (performance.now() > ends) throw new Error("it takes too long");
    await sleep(20);
  }
}
