/**
 * Node ports without the kernel's help: a listener for each TCP node port, and for each load balancer port at an
 * address of this node, which forwards connections to an endpoint. Clients appear with the node's address. Cluster IPs,
 * UDP and SCTP need the kernel.
 */
import { connect, createServer, type Server } from "node:net";
import { containConnections } from "../contained-faults.ts";
import { JoinedSockets } from "../join-sockets.ts";
import type { Logger } from "../logger.ts";
import type { Backend, FamilyRules, Route } from "./rule-set.ts";

interface Listener {
  readonly server: Server;
  backends: readonly Backend[];
}

/** `ADDRESS:PORT` of this node. */
export type Place = `${string}:${number}`;

const EVERYWHERE = "0.0.0.0";

/**
 * The backends behind each place that has any; `own` are the node's addresses. Restrictions by source need the kernel.
 */
export function forwardedPlaces(
  { frontends, pools }: FamilyRules,
  own: readonly string[],
): Map<Place, readonly Backend[]> {
  const backendsOf = (id: string | undefined) => pools.find((pool) => pool.id === id)?.backends ?? [];
  const poolOf = (way: Route) => (way.to === "pool" ? way.pool : way.to === "local" ? way.local : undefined);
  return new Map(
    frontends
      .filter(({ address, protocol }) => protocol === "tcp" && (address === undefined || own.includes(address)))
      .filter(({ sources }) => sources === undefined)
      .map(({ address, port, route }) => [`${address ?? EVERYWHERE}:${port}`, backendsOf(poolOf(route))] as const)
      .filter(([, backends]) => backends.length > 0),
  );
}

export class NodePortForwarder {
  readonly #listeners = new Map<Place, Listener>();
  readonly #refused = new Set<Place>();
  readonly #joined = new JoinedSockets();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  apply(wanted: ReadonlyMap<Place, readonly Backend[]>): void {
    for (const [place, { server }] of this.#listeners) {
      if (wanted.has(place)) continue;
      server.close();
      this.#listeners.delete(place);
    }
    for (const [place, backends] of wanted) {
      const listener = this.#listeners.get(place);
      if (listener === undefined) this.#listen(place, backends);
      else listener.backends = backends;
    }
  }

  #listen(place: Place, backends: readonly Backend[]): void {
    const listener: Listener = { server: createServer({ allowHalfOpen: true, noDelay: true }), backends };
    containConnections(listener.server, "a connection to a node port");
    listener.server.on("connection", (client) => {
      const backend = listener.backends[Math.floor(Math.random() * listener.backends.length)];
      if (backend === undefined) client.destroy();
      else
        this.#joined.join(
          client,
          connect({ host: backend.address, port: backend.port, allowHalfOpen: true, noDelay: true }),
        );
    });
    listener.server.on("error", (error) => {
      this.#listeners.delete(place);
      if (!this.#refused.has(place)) this.#log.warn(`${place} cannot be opened for a Service: ${error.message}`);
      this.#refused.add(place);
    });
    const [host, port] = place.split(":");
    listener.server.listen({ host, port: Number(port) });
    this.#listeners.set(place, listener);
  }

  close(): void {
    this.apply(new Map());
    this.#joined.close();
  }
}
