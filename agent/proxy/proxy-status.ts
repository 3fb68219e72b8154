/** The proxy's own health, for load balancers that check nodes, at kube-proxy's ports. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Service } from "../../api/generated/core.v1.ts";
import { containConnections } from "../contained-faults.ts";
import { isProxied } from "./choose-endpoints.ts";

const PORTS = { health: 10_256, mode: 10_249 };
const MACHINE = "127.0.0.1";

export interface ProxyState {
  /** The kernel has the latest plan. */
  readonly isUpToDate: boolean;
  /** When it last had (ms). */
  readonly updatedAt: number;
  /** Load balancers may send traffic that is not for this node's own pods. */
  readonly isEligible: boolean;
}

export interface StatusResponse {
  readonly code: number;
  readonly type: string;
  readonly text: string;
}

const NOT_FOUND: StatusResponse = { code: 404, type: "text/plain; charset=utf-8", text: "404 page not found\n" };

/** Anybody can send a URL that is none, such as `//`. */
const pathOf = (url: string): string => (URL.canParse(url, "http://node") ? new URL(url, "http://node").pathname : url);

export function healthzResponse(url: string, state: ProxyState, now: number): StatusResponse {
  const path = pathOf(url);
  if (path !== "/healthz" && path !== "/livez") return NOT_FOUND;
  const times = {
    lastUpdated: new Date(state.isUpToDate ? now : state.updatedAt).toISOString(),
    currentTime: new Date(now).toISOString(),
  };
  const isGood = state.isUpToDate && (path === "/livez" || state.isEligible);
  const body = path === "/livez" ? times : { ...times, nodeEligible: state.isEligible };
  return { code: isGood ? 200 : 503, type: "application/json", text: JSON.stringify(body) };
}

export function proxyModeResponse(url: string): StatusResponse {
  const text = { "/proxyMode": "nftables", "/healthz": "ok" }[pathOf(url)];
  return text === undefined ? NOT_FOUND : { code: 200, type: "text/plain; charset=utf-8", text };
}

/** Load balancers send connections to node ports, so before there are any, none asks for a node's health. */
export const hasNodePorts = (services: readonly Service[]): boolean =>
  services.some((service) => isProxied(service) && service.spec.ports?.some(({ nodePort }) => nodePort));

export class ProxyStatus {
  readonly #state: () => ProxyState;
  readonly #ports: typeof PORTS;
  readonly #mode: Server;
  #health: Server;
  #isForAll = false;
  #isClosed = false;

  /** Only programs on this machine may ask at first. */
  constructor(state: () => ProxyState, ports = PORTS) {
    this.#state = state;
    this.#ports = ports;
    this.#mode = open(proxyModeResponse, { port: ports.mode, host: MACHINE });
    this.#health = this.#openHealth();
  }

  /** Whether others may ask for the health, too. */
  openToAll(isForAll: boolean): void {
    if (isForAll === this.#isForAll || this.#isClosed) return;
    this.#isForAll = isForAll;
    end(this.#health);
    this.#health = this.#openHealth();
  }

  close(): void {
    this.#isClosed = true;
    end(this.#health);
    end(this.#mode);
  }

  #openHealth(): Server {
    const at = { port: this.#ports.health, ...(!this.#isForAll && { host: MACHINE }) };
    return open((url) => healthzResponse(url, this.#state(), Date.now()), at);
  }
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}

function open(respond: (url: string) => StatusResponse, at: { readonly port: number; readonly host?: string }): Server {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const { code, type, text } = respond(request.url ?? "/");
    response.writeHead(code, { "Content-Type": type, "X-Content-Type-Options": "nosniff" });
    response.end(text);
  });
  containConnections(server, "a request for the proxy's health");
  // Another proxy has the port, and answers for the machine.
  server.on("error", () => server.close());
  server.listen(at);
  return server;
}
