/**
 * A random walk: users create, change and delete workloads of all kinds on simulated nodes, while the control plane is
 * killed, stopped and cut off. Everything that watches were told makes one history, which must be one that Kubernetes
 * could have (test/history); when all is calm again, controllers must have done what specs say, and at last everything
 * that was created must go away.
 *
 *     npm run bench -- walk [SEED] [SECONDS] [--agents N] [--url URL --token T]
 *
 * A seed repeats what users, nodes and faults choose; how they interleave is up to the machine. FAULTS=0 leaves the
 * control plane alone. N of the nodes have the real agent. With a URL the walk is on a server that runs already, of
 * which only connections break. .bench/walk/SEED has the history, and the log.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { unmountBelow } from "../agent/mounts/mounts.ts";
import type { KubeObject } from "../api/machinery/meta.ts";
import type { GroupResource } from "../api/store/store.ts";
import { readKubeconfig } from "../cli/kubeconfig.ts";
import { Cluster } from "../test/e2e/rig/cluster.ts";
import { lostWrites } from "../test/history/acknowledged.ts";
import { keyOf } from "../test/history/cluster-state.ts";
import { violations } from "../test/history/history.ts";
import { wrongReads } from "../test/history/reads.ts";
import { wrongRefusals } from "../test/history/refusals.ts";
import { unrest } from "../test/history/rest/index.ts";
import { unauthorized } from "../test/history/rights.ts";
import { rules } from "../test/history/rules/index.ts";
import { targetAt } from "./rig/target.ts";
import { type Actor, type ActorOptions, NAMESPACES } from "./walk/actor.ts";
import { AgentNode } from "./walk/agent-node.ts";
import { Applier } from "./walk/applier.ts";
import { CLERK, Clerk, Registrar } from "./walk/clerk.ts";
import { DEFINITIONS, Definer, GadgetUser } from "./walk/definer.ts";
import { strike } from "./walk/faults.ts";
import { definition, GADGET_RESOURCE, VERSIONS } from "./walk/gadgets.ts";
import { Holder } from "./walk/holder.ts";
import { insist } from "./walk/insist.ts";
import { Ledger } from "./walk/ledger.ts";
import { Observer } from "./walk/observer.ts";
import { PolicyAdministrator } from "./walk/policies.ts";
import { classes, provision } from "./walk/provisioner.ts";
import { Random } from "./walk/random.ts";
import { Reader } from "./walk/reader.ts";
import { SimulatedKubelet } from "./walk/simulated-kubelet.ts";
import { tainted, User } from "./walk/user.ts";
import { VolumeAdministrator } from "./walk/volume-administrator.ts";
import { type Place, type Reply, WalkClient } from "./walk/walk-client.ts";
import type { WalkNode } from "./walk/walk-node.ts";
import { WebhookAdministrator, WebhookServer } from "./walk/webhooks.ts";

const { values, positionals } = parseArgs({
  options: {
    url: { type: "string" },
    token: { type: "string", default: "" },
    agents: { type: "string", default: "0" },
  },
  allowPositionals: true,
});
const SEED = Number(positionals[0] ?? Math.floor(Math.random() * 1e6));
const SECONDS = Number(positionals[1] ?? 30);
const USERS = 4;
const NODES = 5;
const AGENTS = Number(values.agents);
const WITH_FAULTS = process.env.FAULTS !== "0";
const PAUSES = [0, 10, 50, 200, 600] as const;
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
// Faults end most watches before their first bookmark: one that hears of no change continues where it began.
const history = ["--history", `${SECONDS + 600}s`];
const cluster = values.url === undefined ? await Cluster.start({ agent: false, options: history }) : undefined;
const connection = cluster
  ? readKubeconfig(cluster.directory)
  : { server: (values.url ?? "").replace(/\/$/, ""), token: values.token };
const target = targetAt(connection.server, connection.token);
const ledger = new Ledger();
const client = new WalkClient(target, { ledger });
const clerk = new WalkClient(target, { ledger, user: CLERK });
const observer = new Observer(target, new Random(SEED), failed);
const { state, changes } = observer;
const agentFiles = mkdtempSync(`${tmpdir()}/sailplane-walk-`);
const nodes = Array.from({ length: NODES }, (_, index) => node(index));
const reader = new Reader({ target, ledger, failed, random: new Random(SEED + 2), first: () => observer.began });
const volumes = new VolumeAdministrator(actorOptions("volumes", 0));
const hooks = new WebhookServer();
let isOver = false;
try {
  await hooks.start();
  await prepare();
  await walk();
  await calm();
  await remove();
  await judge();
} finally {
  isOver = true;
  for (const each of nodes) each.crash();
  observer.stop();
  for (const each of [client, clerk, hooks]) each.close();
  await cluster?.remove();
  await unmountBelow(agentFiles);
  rmSync(agentFiles, { recursive: true, force: true });
}
report();
process.exit(problems.length > 0 ? 1 : 0);

function actorOptions(name: string, index: number): ActorOptions {
  return { random: new Random(SEED * 1000 + index), client, state, log: (line) => note(`${name} ${line}`) };
}

/** All but the users meet in the same few objects, too. */
function cast(): readonly Actor[] {
  return [
    ...Array.from({ length: USERS }, (_, index) => new User({ ...actorOptions(`user-${index}`, index), nodes })),
    reader,
    volumes,
    new PolicyAdministrator(actorOptions("policies", 101)),
    new Holder(actorOptions("holder", 102)),
    new Registrar(actorOptions("registrar", 103)),
    new Clerk(actorOptions("clerk", 104), clerk),
    new Definer(actorOptions("definer", 105)),
    new GadgetUser(actorOptions("gadgets", 106)),
    // A server elsewhere does not reach this machine.
    ...(cluster ? [new WebhookAdministrator(actorOptions("webhooks", 108), hooks)] : []),
    new Applier({ ...actorOptions("applier", 107), failed }),
  ];
}

function node(index: number): WalkNode {
  const name = `node-${index}`;
  const labels = { pool: index % 2 ? "a" : "b", "topology.kubernetes.io/zone": `z${index % 3}` };
  if (index < AGENTS) return new AgentNode({ name, labels, client, connection, directory: agentFiles });
  const random = new Random(SEED * 100 + index);
  return new SimulatedKubelet({ name, number: index + 1, labels, random, client, target, failed });
}

async function prepare(): Promise<void> {
  await insist(() => client.create({ resource: DEFINITIONS }, definition(new Random(SEED))));
  // kube-apiserver serves a new kind a moment later.
  await until(async () => {
    const replies = VERSIONS.map((version) => insist(() => client.get({ resource: GADGET_RESOURCE, version })));
    return (await Promise.all(replies)).every(({ status }) => status === 200);
  });
  await observer.start();
  for (const object of classes) await made({ resource: "storageclasses.storage.k8s.io" }, object);
  for (const [name, value] of [
    ["walk-low", -10],
    ["walk-high", 100],
  ] as const)
    await made({ resource: "priorityclasses.scheduling.k8s.io" }, { metadata: { name }, value } as KubeObject);
  for (const name of NAMESPACES) await made({ resource: "namespaces" }, { metadata: { name } });
  await Promise.all(nodes.map((each) => each.start()));
}

function made(place: Place, object: KubeObject): Promise<Reply> {
  return insist(() => client.create(place, object));
}

async function walk(): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  void provisionAlways();
  const acting = cast().map(async (actor, index) => {
    const random = new Random(SEED * 1000 + index);
    while (Date.now() < end) {
      await actor.act();
      await sleep(random.pick(actor.pauses ?? PAUSES));
    }
    await actor.rest?.();
  });
  const random = new Random(SEED + 1);
  const clients = [client, clerk, ...observer.watches];
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
  for (const each of nodes) {
    each.calm = true;
    if (!each.isUp) await each.start();
    await mend(each.name);
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
  await volumes.remove();
  const isOurs = (resource: GroupResource, { metadata: { namespace = "", name } }: KubeObject) =>
    resource === "persistentvolumes" ||
    NAMESPACES.some((each) => each === (resource === "namespaces" ? name : namespace));
  const left = () =>
    state.resources
      .filter((resource) => resource !== "events")
      .flatMap((resource) => state.all(resource).filter((object) => isOurs(resource, object)));
  await until(() => left().length === 0).catch(() => {
    for (const object of left()) failed(`${object.kind} ${keyOf(object)} does not go away`);
  });
}

async function judge(): Promise<void> {
  for (const each of nodes) each.crash();
  const { acknowledged, refusals } = ledger;
  const lost = () => [...lostWrites(acknowledged, observer.initial, changes)];
  // Slow watches are behind.
  await until(() => [...observer.differences(), ...lost()].length === 0).catch(() => undefined);
  const initial = () => observer.stateAtFirst();
  const found = [
    ...violations(initial(), changes, { rules }).map((problem) => `history: ${problem}`),
    ...observer.differences(),
    ...lost(),
    ...wrongReads(reader.reads, initial(), changes),
    ...unauthorized(acknowledged, initial(), changes),
    ...wrongRefusals(refusals, { initial, changes }),
  ];
  for (const problem of found) failed(problem);
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
  const directory = `${import.meta.dirname}/../.bench/walk/${SEED}`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/log.txt`, `${log.join("\n")}\n`);
  writeFileSync(`${directory}/history.jsonl`, changes.map((change) => `${JSON.stringify(change)}\n`).join(""));
  const faults = log.filter((line) => line.includes(" FAULT ")).length;
  const { acknowledged, refusals } = ledger;
  const operations = log.length - faults + reader.reads.length;
  console.log(
    `${operations} operations, ${faults} faults, ${changes.length} events, ${acknowledged.length} acknowledged ` +
      `writes, ${refusals.length} refusals, ${reader.reads.length} reads`,
  );
  for (const problem of problems.slice(0, 50)) console.log(`  ${problem}`);
  console.log(
    problems.length > 0 ? `${problems.length} problems (seed ${SEED})` : "nothing was lost, repeated or left undone",
  );
}
