/** The proxy's own health, for load balancers that check nodes, at kube-proxy's ports. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { containConnections } from "../contained-faults.ts";

const HEALTH_PORT = 10_256;
const MODE_PORT = 10_249;

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

export class ProxyStatus {
  readonly #servers: readonly Server[];

  constructor(state: () => ProxyState) {
    this.#servers = [
      open((url) => healthzResponse(url, state(), Date.now()), { port: HEALTH_PORT }),
      open(proxyModeResponse, { port: MODE_PORT, host: "127.0.0.1" }),
    ];
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }
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
