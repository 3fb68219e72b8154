/**
 * How much memory the control loops hold for a large cluster: 5,000 nodes (NODES) and 50,000 pods (PODS) of 500
 * deployments, with statuses as kubelets write them. The loops run in this process, where an object's pointers take
 * twice as much as in workerd. Also how long they block the thread at most while they read everything, and when a pod
 * changes.
 *
 *     npm run bench -- loops
 */
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Store } from "../api/store/store.ts";
import { createApiClient } from "../client/api-client.ts";
import { ControlLoop } from "../durable-objects/controllers/control-loop.ts";
import { LogFollower } from "../durable-objects/controllers/log-follower.ts";
import { SchedulingLoop } from "../durable-objects/scheduler/scheduling-loop.ts";
import { controllers } from "../worker/controllers/index.ts";
import { clusterTexts, KINDS } from "./rig/large-cluster.ts";
import { report } from "./rig/report.ts";

const NODES = Number(process.env.NODES ?? 5000);
const PODS = Number(process.env.PODS ?? 50_000);

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
const megabytes = () => {
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** The longest time for which nothing else got a turn. */
class LongestTurn {
  longest = 0;
  #last = performance.now();
  readonly #timer = setInterval(() => {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.#last - 1);
    this.#last = now;
  }, 1);

  end(): number {
    clearInterval(this.#timer);
    return this.longest;
  }
}

const store = clusterTexts({ nodes: NODES, pods: PODS });
const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
const refusing = createApiClient({
  fetch: async () => new Response(JSON.stringify({ kind: "Status", code: 503, message: "not here" }), { status: 503 }),
  base: "http://bench.invalid",
  headers: () => ({}),
});

const before = megabytes();
const scheduler = new SchedulingLoop({
  store: store as Store,
  send: async () => ({ ok: false, status: { status: "Failure" } }),
  inBackground: () => undefined,
  evict: async () => undefined,
  makeClaim: async () => ({ ok: false, status: { status: "Failure" } }),
  discardClaim: async () => undefined,
  now: () => Date.now(),
  random: () => Math.random(),
  newUid: () => crypto.randomUUID(),
  wakeAt: () => undefined,
  pause,
  onError: (what, error) => console.error(what, error),
});
const schedulerTurn = new LongestTurn();
await scheduler.run();
const schedulerLongest = schedulerTurn.end();
const withScheduler = megabytes();

const loop = new ControlLoop({
  controllers,
  log: new LogFollower({ store }, [...new Set(controllers.flatMap(({ reads }) => reads))], KINDS),
  apiOf: () => refusing,
  authority: { tokenData: async () => ({}), certificate: async () => ({ refused: "" }) },
  memory: { get: () => undefined, put: () => undefined, delete: () => undefined },
  cluster: async () => ({ caBundle: "CA", podCidrs: ["10.0.0.0/8"], standing: [], hasLocalClass: true }),
  lastSeen: async () => () => Number.POSITIVE_INFINITY,
  now: () => Date.now(),
  wakeAt: () => undefined,
  pause,
  onError: (who, item, error) => console.error(who, item, error),
});
const turn = new LongestTurn();
await loop.idle();
const longest = turn.end();
await sleep(100);
const withBoth = megabytes();
const what = `${NODES} nodes and ${PODS} pods`;
report("loops", [
  { name: `controllers, ${what}`, value: withBoth - withScheduler, unit: "MB" },
  { name: `scheduler, ${what}`, value: withScheduler - before, unit: "MB" },
  { name: `both loops, ${what}`, value: withBoth - before, unit: "MB", limit: 100 },
  { name: "controllers, longest turn while they read it all", value: longest, unit: "ms" },
  { name: "scheduler, longest turn while it reads it all", value: schedulerLongest, unit: "ms" },
]);
// Keeps both reachable until here.
if (loop.settledAt === undefined || scheduler.settledAt === undefined) console.error("the loops did not come to rest");
process.exit(0);
