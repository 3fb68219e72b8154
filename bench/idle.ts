/**
 * What a cluster costs while nothing changes: all billed operations of ten minutes (SECONDS), with a Deployment, a
 * Service and a CronJob; without nodes, and with two connected nodes that run them. The scheduled trigger is counted
 * separately: nothing triggers here.
 *
 *     npm run bench -- idle       SECONDS=60 for a shorter one
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "./rig/client.ts";
import { startCounted } from "./rig/counted-cluster.ts";
import { deployment, deployments, newNamespace } from "./rig/objects.ts";
import { type Figure, report } from "./rig/report.ts";
import { startNodes } from "./rig/simulated-nodes.ts";

const SECONDS = Number(process.env.SECONDS ?? 600);
const NODES = 2;

const { target, counts, settled } = await startCounted();
const client = new Client(target, 4);
const figures: Figure[] = [];

async function idle(what: string, limit: number | undefined): Promise<void> {
  // The store notifies its listeners once more a minute after a commit.
  await sleep(75_000);
  const before = await settled();
  await sleep(SECONDS * 1000);
  const after = await counts();
  const { rowsWritten, objectRequests } = {
    rowsWritten: after.rowsWritten - before.rowsWritten,
    objectRequests: after.objectRequests - before.objectRequests,
  };
  const per = `${SECONDS} s idle ${what}`;
  const held = limit === undefined ? {} : { limit };
  figures.push(
    { name: `${per}, rows written`, value: rowsWritten, unit: "rows", ...held },
    { name: `${per}, object requests`, value: objectRequests, unit: "requests", ...held },
  );
}

/** What the scheduled trigger costs a cluster whose objects are asleep. */
async function tick(what: string): Promise<void> {
  await client.ask({ path: "/bench/tick" });
  await sleep(30_000);
  const before = await counts();
  await client.ask({ path: "/bench/tick" });
  const after = await counts();
  figures.push(
    {
      name: `a tick while all sleep ${what}, rows written`,
      value: after.rowsWritten - before.rowsWritten,
      unit: "rows",
      limit: 0,
    },
    {
      name: `a tick while all sleep ${what}, object requests`,
      value: after.objectRequests - before.objectRequests,
      unit: "requests",
      limit: 4,
    },
  );
}

async function workloads(namespace: string): Promise<void> {
  const web = deployment("web");
  const { template } = web.spec;
  const pods = { ...template.spec, schedulerName: "default-scheduler" };
  const body = { ...web, spec: { ...web.spec, template: { ...template, spec: pods } } };
  await client.ask({ method: "POST", path: deployments(namespace), body });
  const service = { metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } };
  await client.ask({ method: "POST", path: `/api/v1/namespaces/${namespace}/services`, body: service });
  const jobTemplate = { spec: { template: { spec: { ...pods, restartPolicy: "Never" } } } };
  const cronJob = { metadata: { name: "seldom" }, spec: { schedule: "0 0 29 2 *", jobTemplate } };
  await client.ask({ method: "POST", path: `/apis/batch/v1/namespaces/${namespace}/cronjobs`, body: cronJob });
}

try {
  const namespace = await newNamespace(target);
  await idle("without nodes", 0);
  await tick("without nodes");
  const nodes = await startNodes({ server: target.url.href.replace(/\/$/, ""), token: target.token }, NODES);
  try {
    await workloads(namespace);
    // The hub checks its sockets by an alarm of its own (docs/spec/node-link.md).
    await idle(`with ${NODES} nodes`, undefined);
    await tick(`with ${NODES} nodes`);
  } finally {
    await nodes.stop();
  }
} finally {
  client.close();
  await target.close();
}
report("idle", figures);
process.exit(0);
