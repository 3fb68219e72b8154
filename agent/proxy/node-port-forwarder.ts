/**
 * Node ports without the kernel's help: a listener for each TCP node port, which passes connections on to an endpoint.
 * Clients appear with the node's address. Cluster addresses, UDP and SCTP need the kernel.
 */
import { connect, createServer, type Server } from "node:net";
import type { Logger } from "../logger.ts";
import { JoinedSockets } from "../network/join-sockets.ts";
import type { Backend, FamilyRules, Way } from "./rule-set.ts";

interface Listener {
  readonly server: Server;
  backends: readonly Backend[];
}

/** The backends behind each TCP node port that has any. */
export function nodePortBackends({ doors, pools }: FamilyRules): Map<number, readonly Backend[]> {
  const backendsOf = (id: string | undefined) => pools.find((pool) => pool.id === id)?.backends ?? [];
  const poolOf = (way: Way) => (way.to === "pool" ? way.pool : way.to === "local" ? way.local : undefined);
  return new Map(
    doors
      .filter(({ address, protocol }) => address === undefined && protocol === "tcp")
      .map(({ port, way }) => [port, backendsOf(poolOf(way))] as const)
      .filter(([, backends]) => backends.length > 0),
  );
}

export class NodePortForwarder {
  readonly #listeners = new Map<number, Listener>();
  readonly #refused = new Set<number>();
  readonly #joined = new JoinedSockets();
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  apply(wanted: ReadonlyMap<number, readonly Backend[]>): void {
    for (const [port, { server }] of this.#listeners) {
      if (wanted.has(port)) continue;
      server.close();
      this.#listeners.delete(port);
    }
    for (const [port, backends] of wanted) {
      const listener = this.#listeners.get(port);
      if (listener === undefined) this.#listen(port, backends);
      else listener.backends = backends;
    }
  }

  #listen(port: number, backends: readonly Backend[]): void {
    const listener: Listener = { server: createServer({ allowHalfOpen: true, noDelay: true }), backends };
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
      this.#listeners.delete(port);
      if (!this.#refused.has(port)) this.#log.warn(`node port ${port} cannot be opened: ${error.message}`);
      this.#refused.add(port);
    });
    listener.server.listen(port, "0.0.0.0");
    this.#listeners.set(port, listener);
  }

  close(): void {
    this.apply(new Map());
    this.#joined.close();
  }
}
