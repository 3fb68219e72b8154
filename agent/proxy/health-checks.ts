/**
 * `healthCheckNodePort`: whether a node has endpoints of a Service with `externalTrafficPolicy: Local`, for load
 * balancers that should only send to such nodes. Responds like kube-proxy.
 */
import { createServer, type Server } from "node:http";
import type { Service } from "../../api/generated/core.v1.ts";
import type { EndpointSlice } from "../../api/generated/discovery.v1.ts";
import { containConnections } from "../contained-faults.ts";
import type { Logger } from "../logger.ts";
import { isProxied, isProxiedSlice } from "./choose-endpoints.ts";
import { slicesByService } from "./plan.ts";

export interface HealthCheck {
  readonly port: number;
  readonly namespace: string;
  readonly name: string;
  /** The number of ready ones on this node. */
  readonly localEndpoints: number;
}

export interface HealthCheckFacts {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly node: string;
}

/** One per Service that has such a port. */
export function planHealthChecks({ services, slices, node }: HealthCheckFacts): HealthCheck[] {
  const checked = services.filter((service) => isProxied(service) && service.spec.healthCheckNodePort);
  if (checked.length === 0) return [];
  const byService = slicesByService(slices.filter(isProxiedSlice));
  return checked.map(({ metadata, spec }) => {
    const { namespace = "", name = "" } = metadata;
    const endpoints = (byService.get(`${namespace}/${name}`) ?? []).flatMap(({ endpoints }) => endpoints ?? []);
    const here = endpoints.filter(({ nodeName, conditions }) => nodeName === node && conditions?.ready !== false);
    const localEndpoints = new Set(here.map(({ addresses }) => addresses[0])).size;
    return { port: spec.healthCheckNodePort ?? 0, namespace, name, localEndpoints };
  });
}

const renderHealth = ({ namespace, name, localEndpoints }: HealthCheck, serviceProxyHealthy: boolean): string =>
  JSON.stringify({ service: { namespace, name }, localEndpoints, serviceProxyHealthy }, undefined, "\t");

export class HealthChecks {
  readonly #isHealthy: () => boolean;
  readonly #log: Logger;
  readonly #servers = new Map<number, Server>();
  readonly #checks = new Map<number, HealthCheck>();
  readonly #refused = new Set<number>();

  /** `isHealthy`: the kernel has the latest rules. */
  constructor(isHealthy: () => boolean, log: Logger) {
    this.#isHealthy = isHealthy;
    this.#log = log;
  }

  /** Listens on exactly these ports. */
  apply(checks: readonly HealthCheck[]): void {
    this.#checks.clear();
    for (const check of checks) this.#checks.set(check.port, check);
    for (const [port, server] of this.#servers) {
      if (this.#checks.has(port)) continue;
      server.close();
      server.closeAllConnections();
      this.#servers.delete(port);
    }
    for (const port of this.#checks.keys()) if (!this.#servers.has(port)) this.#listen(port);
  }

  close(): void {
    this.apply([]);
  }

  #listen(port: number): void {
    const server = createServer((request, response) => {
      request.resume();
      const check = this.#checks.get(port);
      if (check === undefined) return response.destroy();
      const isHealthy = this.#isHealthy();
      response.writeHead(check.localEndpoints > 0 && isHealthy ? 200 : 503, {
        "Content-Type": "application/json",
        "X-Content-Type-Options": "nosniff",
        "X-Load-Balancing-Endpoint-Weight": String(check.localEndpoints),
      });
      response.end(renderHealth(check, isHealthy));
    });
    containConnections(server, "a health check of a Service");
    server.on("error", (error) => {
      this.#servers.delete(port);
      if (!this.#refused.has(port)) this.#log.warn(`health check port ${port} cannot be opened: ${error.message}`);
      this.#refused.add(port);
    });
    server.listen(port);
    this.#servers.set(port, server);
  }
}
