/** The Worker of bench/cost.ts and bench/idle.ts: the whole control plane, counting every billed operation. */

import { ClusterKeys } from "../durable-objects/cluster-keys.ts";
import { ClusterStore } from "../durable-objects/cluster-store.ts";
import type { Env } from "../worker/env.ts";
import {
  AuditLog,
  ControllerManager,
  default as controlPlane,
  NodeHub,
  OwnApi as Own,
  Relay,
  Scheduler,
  Tunnel,
  WatchRelay,
} from "../worker/index.ts";

const counts = { workerRequests: 0, objectRequests: 0, rowsWritten: 0 };

type ObjectClass = abstract new (state: DurableObjectState, env: never) => object;

/** Counts calls from outside; everything that an object calls on itself is private. */
function countCalls({ prototype }: ObjectClass): void {
  // Getters must not be called here: without an instance they throw.
  for (const [name, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === "constructor" || typeof method !== "function") continue;
    Reflect.set(prototype, name, function (this: object, ...values: unknown[]) {
      counts.objectRequests++;
      return Reflect.apply(method, this, values);
    });
  }
}

function countRows({ storage }: DurableObjectState): void {
  const exec = storage.sql.exec.bind(storage.sql);
  Reflect.set(storage.sql, "exec", (...values: Parameters<typeof exec>) => {
    const cursor = exec(...values);
    // A writing statement has run by the time the call returns.
    counts.rowsWritten += cursor.rowsWritten;
    return cursor;
  });
  for (const name of ["setAlarm", "put", "delete"] as const) {
    const method = storage[name].bind(storage) as (...values: unknown[]) => unknown;
    Reflect.set(storage, name, (...values: unknown[]) => {
      counts.rowsWritten++;
      return method(...values);
    });
  }
}

function counted<Class extends new (state: DurableObjectState, env: never) => object>(base: Class): Class {
  let parent: ObjectClass = base;
  for (; Object.getPrototypeOf(parent) !== Function.prototype; parent = Object.getPrototypeOf(parent)) {
    if (parent.name === "DurableObject") break;
    countCalls(parent);
  }
  return new Proxy(base, {
    construct(target, [state, env], made) {
      countRows(state);
      return Reflect.construct(target, [state, env], made);
    },
  });
}

const classes = Object.fromEntries(
  Object.entries({
    AuditLog,
    ClusterKeys,
    ClusterStore,
    ControllerManager,
    NodeHub,
    Relay,
    Scheduler,
    Tunnel,
    WatchRelay,
  }).map(([name, base]) => [name, counted(base as new (state: DurableObjectState, env: never) => object)]),
);
const CountedAudit = classes.AuditLog;
const CountedKeys = classes.ClusterKeys;
const CountedStore = classes.ClusterStore;
const CountedManager = classes.ControllerManager;
const CountedHub = classes.NodeHub;
const CountedRelay = classes.Relay;
const CountedScheduler = classes.Scheduler;
const CountedTunnel = classes.Tunnel;
const CountedWatchRelay = classes.WatchRelay;

export {
  CountedAudit as AuditLog,
  CountedHub as NodeHub,
  CountedKeys as ClusterKeys,
  CountedManager as ControllerManager,
  CountedRelay as Relay,
  CountedScheduler as Scheduler,
  CountedStore as ClusterStore,
  CountedTunnel as Tunnel,
  CountedWatchRelay as WatchRelay,
};

export class OwnApi extends Own {
  override fetch(request: Request) {
    counts.workerRequests++;
    return super.fetch(request);
  }

  override send(batch: Parameters<Own["send"]>[0]) {
    counts.workerRequests++;
    return super.send(batch);
  }

  override forward(batch: Parameters<Own["forward"]>[0]) {
    counts.workerRequests++;
    return super.forward(batch);
  }
}

export default {
  /** Serves `/bench/counts`, `/bench/tick` and the API. */
  async fetch(request, env, execution) {
    const { pathname } = new URL(request.url);
    if (pathname === "/bench/counts") return Response.json(counts);
    counts.workerRequests++;
    if (pathname !== "/bench/tick") return controlPlane.fetch(request, env, execution);
    await controlPlane.scheduled({ cron: "* * * * *", scheduledTime: Date.now(), noRetry() {} }, env);
    return new Response("done");
  },
} satisfies ExportedHandler<Env>;
