/** Wiring only: the Worker's entry points and the Durable Object classes that it binds. */

import type { Env } from "./env.ts";
import { app } from "./http/app.ts";

export { ClusterKeys } from "../durable-objects/cluster-keys.ts";
export { ClusterStore } from "../durable-objects/cluster-store.ts";
export { NodeHub } from "../durable-objects/node-hub.ts";
export { Tunnel } from "../durable-objects/tunnel.ts";

export default {
  fetch: (request, env, execution) => app.fetch(request, env, execution),
} satisfies ExportedHandler<Env>;
