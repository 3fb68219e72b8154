/**
 * A random walk: users create, change and delete workloads of all kinds on simulated nodes, while the control plane is
 * killed, stopped and cut off. Everything that watches were told makes one history, which must be one that Kubernetes
 * could have (test/history); when all is calm again, controllers must have done what specs say, and at last everything
 * that was created must go away.
 *
 *     npm run bench -- walk [SEED] [SECONDS]
 *
 * A seed repeats what users, nodes and faults choose; how they interleave is up to the machine. FAULTS=0 leaves the
 * control plane alone. .bench/walk has the history of the last walk, and its log.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../api/machinery/meta.ts";
import { readKubeconfig } from "../cli/kubeconfig.ts";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { lostWrites } from "../test/history/acknowledged.ts";
import { keyOf } from "../test/history/cluster-state.ts";
import { violations } from "../test/history/history.ts";
import { unrest } from "../test/history/rest/index.ts";
import { rules } from "../test/history/rules/index.ts";
import { strike } from "./walk/faults.ts";
import { Observer } from "./walk/observer.ts";
import { classes, provision } from "./walk/provisioner.ts";
import { Random } from "./walk/random.ts";
import { SimulatedKubelet } from "./walk/simulated-kubelet.ts";
import { NAMESPACES, tainted, User } from "./walk/user.ts";
import { type Place, type Reply, WalkClient } from "./walk/walk-client.ts";

const SEED = Number(process.argv[2] ?? Math.floor(Math.random() * 1e6));
const SECONDS = Number(process.argv[3] ?? 30);
const USERS = 4;
const NODES = 5;
const WITH_FAULTS = process.env.FAULTS !== "0";
/** Nothing may change for so long before the cluster counts as calm. */
const CALM_MS = 6000;
const PATIENCE_MS = 90_000;

const problems: string[] = [];
const log: string[] = [];
const note = (line: string) => log.push(`${new Date().toISOString()} ${line}`);
const failed = (problem: string) => {
  problems.push(problem);
  note(`PROBLEM ${problem}`);
};

console.log(`seed ${SEED}, ${SECONDS} s`);
const cluster = await Cluster.start({ agent: false });
const connection = readKubeconfig(cluster.directory);
const target = { url: new URL(connection.server), token: connection.token };
const client = new WalkClient(target);
const observer = new Observer(target, new Random(SEED), failed);
const { state, changes } = observer;
const kubelets = Array.from({ length: NODES }, (_, index) => kubelet(index));
let isOver = false;
try {
  await prepare();
  await walk();
  await calm();
  await remove();
  await judge();
} finally {
  isOver = true;
  for (const each of kubelets) each.crash();
  observer.stop();
  client.close();
  await cluster.remove();
}
report();
process.exit(problems.length > 0 ? 1 : 0);

function kubelet(index: number): SimulatedKubelet {
  const labels = { pool: index % 2 ? "a" : "b", "topology.kubernetes.io/zone": `z${index % 3}` };
  const random = new Random(SEED * 100 + index);
  return new SimulatedKubelet({ name: `node-${index}`, number: index + 1, labels, random, client, target, failed });
}

async function prepare(): Promise<void> {
  await observer.start();
  for (const object of classes) await made({ resource: "storageclasses.storage.k8s.io" }, object);
  for (const [name, value] of [
    ["walk-low", -10],
    ["walk-high", 100],
  ] as const)
    await made({ resource: "priorityclasses.scheduling.k8s.io" }, { metadata: { name }, value } as KubeObject);
  for (const name of NAMESPACES) await made({ resource: "namespaces" }, { metadata: { name } });
  await Promise.all(kubelets.map((each) => each.start()));
}

function made(place: Place, object: KubeObject): Promise<Reply> {
  return insist(() => client.create(place, object));
}

/** Repeats a request until the server has answered it. */
async function insist(request: () => Promise<Reply | undefined>): Promise<Reply> {
  for (;;) {
    const reply = await request();
    if (reply && reply.status < 500) return reply;
    await sleep(100);
  }
}

async function walk(): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  void provisionAlways();
  const acting = Array.from({ length: USERS }, async (_, index) => {
    const random = new Random(SEED * 1000 + index);
    const user = new User({ random, client, state, kubelets, log: (line) => note(`user-${index} ${line}`) });
    while (Date.now() < end) {
      await user.act();
      await sleep(random.pick([0, 10, 50, 200, 600]));
    }
    user.leave();
  });
  const random = new Random(SEED + 1);
  const clients = [client, ...observer.watches];
  while (WITH_FAULTS && Date.now() < end - 3000) {
    await sleep(random.between(2000, 10_000));
    await strike({ cluster, random, clients, log: note });
  }
  await Promise.all(acting);
}

async function provisionAlways(): Promise<void> {
  while (!isOver) {
    await provision(state, client);
    await sleep(200);
  }
}

/** Nodes are whole, nothing is held back and nothing recurs: what specs say must come true. */
async function calm(): Promise<void> {
  note("the walk is over");
  for (const each of kubelets) {
    each.calm = true;
    if (!each.isUp) await each.start();
    await mend(each.options.name);
  }
  for (const { metadata } of state.list("cronjobs.batch")) {
    const { namespace, name } = metadata;
    await insist(() => client.delete({ resource: "cronjobs.batch", namespace, name }));
  }
  await until(() => Date.now() - observer.lastChange > CALM_MS).catch(() =>
    failed(`the cluster does not come to rest: ${observer.busiest(Date.now() - CALM_MS).join(", ")}`),
  );
  // What takes its time, such as a TTL, may still be due.
  await until(() => unrest(state).length === 0).catch(() => {
    for (const problem of unrest(state)) failed(`at rest: ${problem}`);
  });
}

async function mend(name: string): Promise<void> {
  const place = { resource: "nodes", name };
  await insist(() => client.patch(place, { spec: { unschedulable: null } }));
  await until(async () => {
    const { status, object } = await insist(() => client.get(place));
    return (
      status === 200 && (await insist(() => client.patch(place, tainted(object as never, undefined)))).status === 200
    );
  }, `${name} cannot be mended`);
}

async function remove(): Promise<void> {
  note("everything is deleted");
  for (const name of NAMESPACES) await insist(() => client.delete({ resource: "namespaces", name }));
  const left = () =>
    state.resources.flatMap((resource) =>
      state
        .all(resource)
        .filter(({ metadata: { namespace = "", name } }) =>
          NAMESPACES.includes((resource === "namespaces" ? name : namespace) as never) ||
          resource === "persistentvolumes"
            ? resource !== "events"
            : false,
        ),
    );
  await until(() => left().length === 0).catch(() => {
    for (const object of left()) failed(`${object.kind} ${keyOf(object)} does not go away`);
  });
}

async function judge(): Promise<void> {
  for (const each of kubelets) each.crash();
  const lost = () => [...lostWrites(client.acknowledged, observer.initial, changes)];
  // Slow watches are behind.
  await until(() => [...observer.differences(), ...lost()].length === 0).catch(() => undefined);
  for (const problem of violations(observer.stateAtFirst(), changes, { rules })) failed(`history: ${problem}`);
  for (const problem of observer.differences()) failed(problem);
  for (const problem of lost()) failed(problem);
}

/** Rejects after a while, or, with a `problem`, notes it. */
async function until(holds: () => boolean | Promise<boolean>, problem?: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) {
      if (problem === undefined) throw new Error("not in time");
      failed(problem);
      return;
    }
    await sleep(200);
  }
}

function report(): void {
  const directory = `${import.meta.dirname}/../.bench/walk`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/log.txt`, `${log.join("\n")}\n`);
  writeFileSync(`${directory}/history.jsonl`, changes.map((change) => `${JSON.stringify(change)}\n`).join(""));
  const faults = log.filter((line) => line.includes(" FAULT ")).length;
  const operations = log.filter((line) => line.includes(" user-")).length;
  const { length } = client.acknowledged;
  console.log(`${operations} operations, ${faults} faults, ${changes.length} events, ${length} acknowledged writes`);
  for (const problem of problems.slice(0, 50)) console.log(`  ${problem}`);
  console.log(
    problems.length > 0 ? `${problems.length} problems (seed ${SEED})` : "nothing was lost, repeated or left undone",
  );
}
