/** The agent's connection to its control plane: HTTPS, with a CA of the server's own if it has one. */

import type { Agent as PlainAgent } from "node:http";
import type { Agent, RequestOptions } from "node:https";
import type WebSocket from "ws";
import type { ApiRequest, ApiResponse } from "../../api/api-request.ts";
import type { ApiCalls } from "./api-calls.ts";
import { ForwardedRequests, type Server } from "./forwarded-requests.ts";

export interface Connection extends Server {
  readonly token: string;
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
  readonly #agent: Agent | PlainAgent;
  readonly #forwarded: ForwardedRequests;

  constructor({ token, ...server }: Connection) {
    this.server = server.server;
    this.token = token;
    this.#forwarded = new ForwardedRequests(server);
    this.#agent = this.#forwarded.agentOf(32);
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
      const outgoing = this.#forwarded.request(path, options);
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

  open: ApiCalls["open"] = (path, options) => this.#forwarded.open(path, options);

  dial: ApiCalls["dial"] = (path, options) => this.#forwarded.dial(path, options);

  webSocket(path: string, headers: Readonly<Record<string, string>> = {}): WebSocket {
    return this.#forwarded.webSocket(path, { ...this.headers(), ...headers });
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
    this.#forwarded.close();
  }
}
