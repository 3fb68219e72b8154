/** What the deployment passes to the scheduler. */
import type { SchedulerWiring } from "../durable-objects/scheduler.ts";
import { clusterBase } from "./cluster.ts";
import type { Env } from "./env.ts";
import { lastingStore } from "./storage/lasting-store.ts";

export const schedulerWiring = (env: Env): SchedulerWiring => ({
  store: (cluster) => lastingStore(env, cluster),
  fetch: (request) => env.API.fetch(request),
  base: clusterBase,
});
