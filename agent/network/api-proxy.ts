/**
 * How pods reach the API server: at the node, over connections of the agent's own. TLS passes through if the server's
 * certificate is valid for `10.96.0.1` and `kubernetes.default.svc`, like that of a control plane with its own CA;
 * except for clients that offer no protocol (ALPN). Programs that exec over SPDY are among them, and only where TLS
 * ends can that be translated.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import { containConnections } from "../contained-faults.ts";
import { JoinedSockets } from "../join-sockets.ts";
import type { Backend } from "../proxy/rule-set.ts";
import { readClientHello } from "./client-hello.ts";
import { TerminatedConnections, type TerminatedConnectionsOptions } from "./terminated-connections.ts";

export interface ApiServer {
  readonly host: string;
  readonly port: number;
}

/** Undefined if the server requires its own host name, as on Cloudflare, or a path: pods send neither. */
export function apiServerOf({ server, ca }: { readonly server: string; readonly ca?: string }): ApiServer | undefined {
  const { hostname, port, protocol, pathname } = new URL(server);
  if (ca === undefined || protocol !== "https:" || pathname !== "/") return undefined;
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 443) };
}

export interface ApiProxyOptions extends TerminatedConnectionsOptions {
  /** Undefined: TLS cannot pass through, so the agent ends that of all pods. */
  readonly apiServer: ApiServer | undefined;
}

export class ApiProxy {
  readonly #apiServer: ApiServer | undefined;
  readonly #server: Server;
  readonly #joined = new JoinedSockets();
  readonly #terminated: TerminatedConnections;
  /** Clients that have not said enough. */
  readonly #awaitingHello = new Set<Socket>();
  readonly backend: Backend;

  static open(address: string, options: ApiProxyOptions): Promise<ApiProxy> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true });
      server.once("error", reject);
      server.listen(0, address, () => resolve(new ApiProxy(server, options)));
    });
  }

  private constructor(server: Server, options: ApiProxyOptions) {
    const bound = server.address();
    if (typeof bound !== "object" || bound === null) throw new Error("the way to the API server is closed");
    this.backend = { address: bound.address, port: bound.port };
    this.#server = server;
    this.#apiServer = options.apiServer;
    this.#terminated = new TerminatedConnections(options);
    containConnections(server, "a pod's connection to the API server");
    server.on("connection", (client) => this.#admit(client));
  }

  close(): void {
    this.#server.close();
    this.#joined.close();
    this.#terminated.close();
    for (const client of this.#awaitingHello) client.destroy();
  }

  #admit(client: Socket): void {
    const apiServer = this.#apiServer;
    if (apiServer === undefined) {
      this.#terminated.accept(client);
      return;
    }
    this.#awaitingHello.add(client);
    client.once("close", () => this.#awaitingHello.delete(client));
    readClientHello(client, (hello) => {
      this.#awaitingHello.delete(client);
      if (hello === "without-alpn" && this.#terminated.isTrustedBy(client)) this.#terminated.accept(client);
      else this.#joined.join(client, connect({ ...apiServer, allowHalfOpen: true, noDelay: true }));
    });
  }
}
