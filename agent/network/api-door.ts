/**
 * How pods reach the API server: connections to the node's bridge are forwarded, byte for byte, over connections of the
 * agent's own. TLS passes through, so the server's certificate must be valid for `10.96.0.1` and
 * `kubernetes.default.svc`, like that of a control plane with its own CA.
 */
import { connect, createServer, type Server } from "node:net";
import type { Backend } from "../proxy/rule-set.ts";
import { JoinedSockets } from "./join-sockets.ts";

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

export class ApiDoor {
  readonly #server: Server;
  readonly #joined = new JoinedSockets();
  readonly at: Backend;

  private constructor(server: Server, at: Backend) {
    this.#server = server;
    this.at = at;
  }

  static open(address: string, { host, port }: ApiServer): Promise<ApiDoor> {
    return new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true });
      server.once("error", reject);
      server.listen(0, address, () => {
        const bound = server.address();
        const door = new ApiDoor(server, { address, port: typeof bound === "object" && bound ? bound.port : 0 });
        server.on("connection", (client) =>
          door.#joined.join(client, connect({ host, port, allowHalfOpen: true, noDelay: true })),
        );
        resolve(door);
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#joined.close();
  }
}
