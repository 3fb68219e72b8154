/** What the scheduler is given of the deployment. */
import type { Store } from "../api/store.ts";
import type { SchedulerWiring } from "../durable-objects/scheduler.ts";
import { clusterBase } from "./cluster.ts";
import type { Env } from "./env.ts";

export const schedulerWiring = (env: Env): SchedulerWiring => ({
  store: (cluster) => env.CLUSTER_STORE.getByName(cluster) as unknown as Store,
  fetch: (request) => env.API.fetch(request),
  base: clusterBase,
});
