/** Requests to the control plane that carry the credentials of those on whose behalf they are made, and no others. */
import { type ClientRequest, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import WebSocket from "ws";
import type { ApiCalls } from "./api-calls.ts";
import { ProxiedAgent, proxyFor } from "./outbound-proxy.ts";

export interface Server {
  /** `https://host:port`, with the cluster's path if there is one, and no trailing slash. */
  readonly server: string;
  /** PEM; absent if the server's certificate comes from a public CA. */
  readonly ca?: string;
}

const HANDSHAKE_MS = 15_000;
/** Admission webhooks may take half a minute, and a node that is to serve a stream another quarter. */
const PATIENT_HANDSHAKE_MS = 60_000;
const SUBPROTOCOL = "sec-websocket-protocol";

export class ForwardedRequests implements ApiCalls {
  readonly server: string;
  readonly #ca: string | undefined;
  readonly #agent: Agent | PlainAgent;
  /** Absent: WebSockets connect directly. */
  readonly #socketAgent: ProxiedAgent | undefined;

  constructor({ server, ca }: Server) {
    this.server = server;
    this.#ca = ca;
    this.#agent = this.agentOf(Number.POSITIVE_INFINITY);
    const proxy = proxyFor(new URL(server), process.env);
    this.#socketAgent = proxy && new ProxiedAgent(proxy, ca === undefined ? {} : { ca });
  }

  /** Keeps connections, this many at most. */
  agentOf(maxSockets: number): Agent | PlainAgent {
    const proxy = proxyFor(new URL(this.server), process.env);
    const trust = this.#ca === undefined ? {} : { ca: this.#ca };
    const options = { keepAlive: true, maxSockets };
    if (proxy) return new ProxiedAgent(proxy, { ...options, ...trust });
    return this.server.startsWith("https:") ? new Agent({ ...options, ...trust }) : new PlainAgent(options);
  }

  open(path: string, options: Pick<RequestOptions, "method" | "headers">): ClientRequest {
    return this.request(path, { ...options, agent: this.#agent });
  }

  request(path: string, options: RequestOptions): ClientRequest {
    return (this.server.startsWith("https:") ? request : plainRequest)(`${this.server}${path}`, options);
  }

  dial(path: string, { protocol, headers }: Parameters<ApiCalls["dial"]>[1]): WebSocket {
    const socket = this.webSocket(path, { ...headers, [SUBPROTOCOL]: protocol }, PATIENT_HANDSHAKE_MS);
    // Of subprotocols that it was not given as such, among them all with a slash, the library knows none.
    socket.once("upgrade", ({ headers: response }) => {
      if (response[SUBPROTOCOL] === protocol) delete response[SUBPROTOCOL];
    });
    return socket;
  }

  webSocket(path: string, headers: Readonly<Record<string, string>>, handshakeTimeout = HANDSHAKE_MS): WebSocket {
    return new WebSocket(`${this.server.replace(/^http/, "ws")}${path}`, {
      headers,
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      ...(this.#socketAgent === undefined ? {} : { agent: this.#socketAgent }),
      handshakeTimeout,
      perMessageDeflate: false,
      // Masking keeps plain proxies from mistaking messages for requests; inside TLS no proxy sees them, and masking
      // costs a copy of each.
      ...(this.server.startsWith("https:") ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#socketAgent?.destroy();
  }
}
