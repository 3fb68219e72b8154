/**
 * The memory of a control plane's processes, at the start and after everything that makes it grow: resident megabytes
 * of the supervisor and of workerd, and how soon it is ready again with all that stored. Linux.
 *
 *     npm run bench -- memory
 */
import { createWriteStream } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { controlPlaneFiles } from "../cli/control-plane/control-plane-files.ts";
import { WorkerdProcess } from "../cli/control-plane/workerd-process.ts";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { Client } from "./rig/client.ts";
import { load, median } from "./rig/load.ts";
import { configMap, configMaps, newNamespace, pod, pods } from "./rig/objects.ts";
import { proportionalMegabytes, residentMegabytes, residentMegabytesOfTree } from "./rig/process-tree.ts";
import { type Figure, report } from "./rig/report.ts";
import { addressOf } from "./rig/target.ts";

const PODS = 5000;
const WATCHES = 1000;
const NAMESPACES = 40;

const cluster = await Cluster.start({ agent: false });
const target = addressOf(cluster);
const workerd = cluster.workerdPid();
const supervisor = cluster.supervisorPid;
const figures: Figure[] = [];
const note = (when: string, limit?: number) =>
  figures.push({
    name: `workerd, ${when}`,
    value: residentMegabytes(workerd),
    unit: "MB",
    ...(limit !== undefined && { limit }),
  });

figures.push(
  {
    name: "all processes, at the start",
    value: residentMegabytesOfTree(supervisor),
    unit: "MB",
    limit: 120,
  },
  { name: "supervisor", value: residentMegabytes(supervisor), unit: "MB" },
  { name: "supervisor, proportional (PSS)", value: proportionalMegabytes(supervisor), unit: "MB" },
  { name: "workerd, proportional (PSS)", value: proportionalMegabytes(workerd), unit: "MB" },
);
note("at the start", 100);

const namespace = await newNamespace(target);
await create(namespace, 500);
note("warm", 100);
await load(target, { clients: 32, count: PODS }, (client, index) =>
  client.ask({ method: "POST", path: pods(namespace), body: pod(index) }),
);
note(`after ${PODS} pods`, 200);
await list();
note("after lists of them", 300);
await watch();
note(`after ${WATCHES} watches that came and went`, 300);
await churn();
note(`after ${NAMESPACES} namespaces that came and went`, 300);

const readyAfter = await restarts();
figures.push({ name: `ready after a start, with ${PODS} pods stored`, value: readyAfter, unit: "ms", limit: 400 });
await cluster.remove();
report("memory", figures);
process.exit(0);

async function create(where: string, count: number): Promise<void> {
  await load(target, { clients: 8, count }, (client, index) =>
    client.ask({ method: "POST", path: configMaps(where), body: configMap(`warm-${index}`) }),
  );
}

async function list(): Promise<void> {
  const client = new Client(target, 4);
  for (let run = 0; run < 5; run++) {
    const requests = ["", "?labelSelector=shard%3D7", "?limit=500", ""];
    const headers = { "accept-encoding": run % 2 === 0 ? "gzip" : "identity" };
    await Promise.all(requests.map((query) => client.ask({ path: pods(namespace) + query, headers })));
  }
  client.close();
}

async function watch(): Promise<void> {
  const client = new Client(target, WATCHES);
  const path = `${pods(namespace)}?watch=true&fieldSelector=metadata.name%3Dpod-1`;
  await Promise.all(Array.from({ length: WATCHES }, () => client.follow(path, () => {})));
  client.close();
  await sleep(2000);
}

async function churn(): Promise<void> {
  const client = new Client(target, 8);
  const names = Array.from({ length: NAMESPACES }, (_, index) => `churn-${index}`);
  for (const name of names) {
    await client.ask({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name } } });
    await create(name, 30);
  }
  for (const name of names) await client.ask({ method: "DELETE", path: `/api/v1/namespaces/${name}` });
  for (let left = true; left; await sleep(100)) {
    const { items } = JSON.parse((await client.ask({ path: "/api/v1/namespaces" })).text);
    left = items.some(({ metadata }: { metadata: { name: string } }) => metadata.name.startsWith("churn-"));
  }
  client.close();
}

/** From the start of the process to the answer of /readyz over TLS: the median of several. */
async function restarts(): Promise<number> {
  await cluster.down();
  const log = createWriteStream(`${cluster.directory}/restarts.log`);
  const took: number[] = [];
  for (let run = 0; run < 5; run++) {
    const began = performance.now();
    const process = new WorkerdProcess({ files: controlPlaneFiles(cluster.directory), log });
    await process.listening;
    const client = new Client(target, 1);
    await client.ask({ path: "/readyz" });
    took.push(performance.now() - began);
    client.close();
    process.kill();
    await process.ended;
  }
  return median(took);
}
