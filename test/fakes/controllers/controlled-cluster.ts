/** A fake cluster with controllers that run on it: change something, settle, look. */
import { apiVersionOf, groupResource } from "../../../api/machinery/meta.ts";
import { resources } from "../../../api/resources/index.ts";
import type { ApiClient } from "../../../client/api-client.ts";
import { ControlLoop } from "../../../durable-objects/controllers/control-loop.ts";
import type { LastSeen } from "../../../durable-objects/controllers/last-seen.ts";
import { LogFollower } from "../../../durable-objects/controllers/log-follower.ts";
import type { KnownKind } from "../../../durable-objects/controllers/snapshot.ts";
import type { Controller } from "../../../worker/controllers/controller.ts";
import { controllers as allControllers } from "../../../worker/controllers/index.ts";
import { FakeCluster } from "./fake-cluster.ts";

const KINDS: readonly KnownKind[] = resources.map(({ group, version, kind, plural, scope }) => ({
  resource: groupResource(group, plural),
  apiVersion: apiVersionOf(group, version),
  kind,
  scope,
}));

export interface ControlledCluster {
  readonly cluster: FakeCluster;
  readonly loop: ControlLoop;
  /** Kills the loop at any point, even in the middle of a write, and starts another. */
  restart(): void;
  /** When the loop asked to be woken next. */
  readonly wakeAt: () => number | undefined;
  /** Called when the loop asks to be woken, which it does at the end of a run. */
  onWakeAt: () => void;
  readonly complaints: readonly unknown[];
  /** Runs until no work is left now, including retries due within a second. */
  settle(): Promise<void>;
  /** Lets time pass, waking the loop when it asked for it. */
  pass(ms: number): Promise<void>;
}

export interface Disorder {
  /** How many turns the next request is late: requests sent together arrive in any order. */
  readonly delay: () => number;
}

interface Options extends Partial<Disorder> {
  /** Milliseconds for which changes by others are left alone. */
  readonly grace?: number;
  readonly lastSeen?: () => Promise<LastSeen>;
}

export function controlledCluster(
  controllers: readonly Controller[] = allControllers,
  { delay, grace, lastSeen = async () => () => undefined }: Options = {},
): ControlledCluster {
  const cluster = new FakeCluster();
  const complaints: unknown[] = [];
  let wakeAt: number | undefined;
  let life = 0;
  const memory = new Map<string, unknown>();
  const readWhole = new Set(controllers.flatMap(({ reads }) => reads));
  const start = (): ControlLoop => {
    const mine = ++life;
    const api = delay ? disordered(cluster.api, { delay }, () => mine === life) : cluster.api;
    return new ControlLoop({
      controllers,
      log: new LogFollower({ store: cluster.log }, [...readWhole], KINDS),
      apiOf: () => api,
      authority: {
        tokenData: async () => ({ token: "dG9rZW4=", namespace: "bnM=", "ca.crt": btoa("CA") }),
        certificate: async () => ({ certificate: "Y2VydA==" }),
      },
      memory: {
        get: (key) => structuredClone(memory.get(key)),
        put: (key, value) => memory.set(key, value),
        delete: (key) => memory.delete(key),
      },
      cluster: async () => ({ caBundle: "CA", podCidrs: ["10.244.0.0/20"], standing: [], hasLocalClass: true }),
      lastSeen,
      ...(grace === undefined ? {} : { grace }),
      now: () => cluster.now,
      wakeAt: (at) => {
        if (mine === life) wakeAt = at;
        controlled.onWakeAt();
      },
      pause: () => new Promise((resolve) => setImmediate(resolve)),
      onError: (who, item, error) => complaints.push(`${who} ${item}: ${error instanceof Error ? error.stack : error}`),
    });
  };
  let loop = start();
  const pass = async (ms: number) => {
    const end = cluster.now + ms;
    await loop.idle();
    while (wakeAt !== undefined && wakeAt <= end) {
      cluster.now = Math.max(cluster.now, wakeAt);
      await loop.idle();
    }
    cluster.now = end;
    await loop.idle();
  };
  const controlled: ControlledCluster = {
    cluster,
    get loop() {
      return loop;
    },
    restart: () => {
      wakeAt = undefined;
      loop = start();
    },
    complaints,
    wakeAt: () => wakeAt,
    onWakeAt: () => undefined,
    settle: () => loop.idle(),
    pass,
  };
  return controlled;
}

/** Requests are delayed by some turns; those of a loop that has died by then never arrive. */
function disordered(api: ApiClient, { delay }: Disorder, isAlive: () => boolean): ApiClient {
  const late =
    <A extends unknown[], R>(request: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      for (let turns = delay(); turns > 0; turns--) await Promise.resolve();
      return isAlive() ? request(...args) : new Promise<R>(() => undefined);
    };
  const { get, list, create, update, patch, read, call } = api;
  const changed = {
    get: late(get),
    list: late(list),
    create: late(create),
    update: late(update),
    patch: late(patch),
    delete: late(api.delete),
    deleteCollection: late(api.deleteCollection),
    read: late(read),
    call: late(call),
    as: () => changed,
  } as ApiClient;
  return changed;
}
