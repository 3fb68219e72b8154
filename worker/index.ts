/** Wiring only: the Worker's entry points and the Durable Object classes that it binds. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { controllerManagerClass } from "../durable-objects/controller-manager.ts";
import { schedulerClass } from "../durable-objects/scheduler.ts";
import { controllerManagerWiring } from "./controller-manager-wiring.ts";
import type { Env } from "./env.ts";
import { app } from "./http/app.ts";
import { serveBatch } from "./http/serve-batch.ts";
import { isForIngress, serveIngress } from "./ingress/serve-ingress.ts";
import type { RequestBatch } from "./own-api.ts";
import { runScheduled } from "./scheduled.ts";
import { schedulerWiring } from "./scheduler-wiring.ts";

export { AuditLog } from "../durable-objects/audit-log.ts";
export { ClusterKeys } from "../durable-objects/cluster-keys.ts";
export { ClusterStore } from "../durable-objects/cluster-store.ts";
export { NodeHub } from "../durable-objects/node-hub.ts";
export { Relay } from "../durable-objects/relay.ts";
export { Tunnel } from "../durable-objects/tunnel.ts";
export { WatchRelay } from "../durable-objects/watch-relay.ts";

export class ControllerManager extends controllerManagerClass<Env>(controllerManagerWiring) {}
export class Scheduler extends schedulerClass<Env>(schedulerWiring) {}

/** The API as the control plane's own loops reach it: through the binding API, and by no route from outside. */
export class OwnApi extends WorkerEntrypoint<Env> {
  override fetch(request: Request) {
    return app.fetch(request, { ...this.env, ownApi: true }, this.ctx);
  }

  /** The control plane's own requests. */
  send(batch: RequestBatch) {
    return serveBatch(batch, { ...this.env, ownApi: true }, this.ctx);
  }

  /** Requests that it forwards for others, who are identified by their credentials. */
  forward(batch: RequestBatch) {
    return serveBatch(batch, this.env, this.ctx);
  }
}

/** Only public hosts, if they have a port of their own. */
export class PublicHosts extends WorkerEntrypoint<Env> {
  override fetch(request: Request) {
    return serveIngress(request, this.env);
  }
}

export default {
  fetch: (request, env, execution) =>
    isForIngress(request.url, env) ? serveIngress(request, env) : app.fetch(request, env, execution),
  scheduled: (_event, env) => runScheduled(env),
} satisfies ExportedHandler<Env>;
