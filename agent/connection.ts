/** How the agent reaches its control plane: HTTPS with an authority of its own where the server has one. */

import { type ClientRequest, Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { Readable } from "node:stream";
import WebSocket from "ws";
import { ProxiedAgent, proxyFor } from "./outbound-proxy.ts";

export interface Connection {
  /** `https://host:port`, with the cluster's path where it has one, no trailing slash. */
  readonly server: string;
  readonly token: string;
  /** PEM; absent where the server's certificate comes from a public authority. */
  readonly ca?: string;
}

export class ControlPlane {
  readonly server: string;
  /** Changes as the node renews it. */
  token: string;
  readonly #ca: string | undefined;
  readonly #agent: Agent | PlainAgent;
  readonly #passing: Agent | PlainAgent;
  /** Absent: WebSockets go straight. */
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

  /** A fetch over kept connections. Only what the API client needs: a body of text, an answer read whole. */
  fetch = async (asked: Request): Promise<Response> => {
    const url = new URL(asked.url);
    const body = asked.method === "GET" ? undefined : Buffer.from(await asked.arrayBuffer());
    const options: RequestOptions = {
      method: asked.method,
      agent: this.#agent,
      headers: {
        ...Object.fromEntries(asked.headers),
        ...(body === undefined ? {} : { "content-length": body.length }),
      },
      timeout: 30_000,
    };
    return new Promise((resolve, reject) => {
      const send = url.protocol === "https:" ? request : plainRequest;
      const outgoing = send(url, options, (answer) => {
        const status = answer.statusCode ?? 500;
        const headers = new Headers();
        for (const [name, value] of Object.entries(answer.headers)) headers.set(name, String(value));
        const empty = status === 204 || status === 304;
        if (empty) answer.resume();
        resolve(new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream), { status, headers }));
      });
      outgoing.once("timeout", () => outgoing.destroy(new Error(`${url.host} does not answer`)));
      outgoing.once("error", reject);
      outgoing.end(body);
    });
  };

  /** A request in somebody else's name, streamed both ways: watches and upgrades may last for hours. */
  open(path: string, options: Pick<RequestOptions, "method" | "headers">): ClientRequest {
    const send = this.server.startsWith("https:") ? request : plainRequest;
    return send(`${this.server}${path}`, { ...options, agent: this.#passing });
  }

  webSocket(path: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    return new WebSocket(`${this.server.replace(/^http/, "ws")}${path}`, {
      headers: { ...this.headers(), ...headers },
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      ...(this.#socketAgent === undefined ? {} : { agent: this.#socketAgent }),
      handshakeTimeout: 15_000,
      perMessageDeflate: false,
      // Masks keep plain proxies from taking messages for requests; inside TLS none sees them, and masking costs a copy of each.
      ...(this.server.startsWith("https:") ? { generateMask: (mask: Buffer) => void mask.fill(0) } : {}),
    });
  }

  /** Settles when it is open. What comes waits until somebody listens. */
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
