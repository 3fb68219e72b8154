/** The agent's connection to its control plane: HTTPS, with a CA of the server's own if it has one. */

import { type ClientRequest, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import WebSocket from "ws";
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import { ProxiedAgent, proxyFor } from "./outbound-proxy.ts";

export interface Connection {
  /** `https://host:port`, with the cluster's path if there is one, and no trailing slash. */
  readonly server: string;
  readonly token: string;
  /** PEM; absent if the server's certificate comes from a public CA. */
  readonly ca?: string;
}

export interface DatedResponse extends ApiResponse {
  /** The time according to the server. */
  readonly date: string | undefined;
}

const TIMEOUT_MS = 30_000;

export class ControlPlane {
  readonly server: string;
  /** Changes when the node renews it. */
  token: string;
  readonly #ca: string | undefined;
  readonly #agent: Agent | PlainAgent;
  readonly #passing: Agent | PlainAgent;
  /** Absent: WebSockets connect directly. */
  readonly #socketAgent: ProxiedAgent | undefined;

  constructor({ server, token, ca }: Connection) {
    this.server = server;
    this.token = token;
    this.#ca = ca;
    const trust = ca === undefined ? {} : { ca };
    const proxy = proxyFor(new URL(server), process.env);
    const agentOf = (maxSockets: number) => {
      const options = { keepAlive: true, maxSockets };
      if (proxy) return new ProxiedAgent(proxy, { ...options, ...trust });
      return server.startsWith("https:") ? new Agent({ ...options, ...trust }) : new PlainAgent(options);
    };
    this.#agent = agentOf(32);
    this.#passing = agentOf(Number.POSITIVE_INFINITY);
    this.#socketAgent = proxy && new ProxiedAgent(proxy, trust);
  }

  headers = (): Record<string, string> => ({ authorization: `Bearer ${this.token}` });

  /**
   * Makes a request as the node, over kept-alive connections. Not with Node's own fetch: its streams and copies of
   * headers cost more than everything else about a request.
   */
  request = ({ method, path, headers, body }: ApiRequest): Promise<DatedResponse> =>
    new Promise((resolve, reject) => {
      const options: RequestOptions = {
        method,
        agent: this.#agent,
        headers: {
          ...this.headers(),
          ...headers,
          ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
        },
        timeout: TIMEOUT_MS,
      };
      const outgoing = this.#request(path, options);
      outgoing.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => {
          text += piece;
        });
        response.once("end", () =>
          resolve({ code: response.statusCode ?? 500, body: text, date: response.headers.date }),
        );
        response.once("error", reject);
      });
      outgoing.once("timeout", () => outgoing.destroy(new Error(`${new URL(this.server).host} does not answer`)));
      outgoing.once("error", reject);
      outgoing.end(body);
    });

  /** A request on behalf of somebody else, streamed both ways: watches and upgrades may last for hours. */
  open(path: string, options: Pick<RequestOptions, "method" | "headers">): ClientRequest {
    return this.#request(path, { ...options, agent: this.#passing });
  }

  #request(path: string, options: RequestOptions): ClientRequest {
    return (this.server.startsWith("https:") ? request : plainRequest)(`${this.server}${path}`, options);
  }

  webSocket(path: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    return new WebSocket(`${this.server.replace(/^http/, "ws")}${path}`, {
      headers: { ...this.headers(), ...headers },
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      ...(this.#socketAgent === undefined ? {} : { agent: this.#socketAgent }),
      handshakeTimeout: 15_000,
      perMessageDeflate: false,
      // Masking keeps plain proxies from mistaking messages for requests; inside TLS no proxy sees them, and masking
      // costs a copy of each.
      ...(this.server.startsWith("https:") ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
  }

  /** Settles when it is open. Messages are queued until somebody listens. */
  openWebSocket(path: string, headers: Readonly<Record<string, string>> = {}): Promise<WebSocket> {
    const socket = this.webSocket(path, headers);
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("open", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    });
  }

  close(): void {
    this.#agent.destroy();
    this.#passing.destroy();
    this.#socketAgent?.destroy();
  }
}
