/** HTTP/1.1 with keep-alive, as cheap as possible in Node.js: the client shares the machine with what it measures. */

import http from "node:http";
import https from "node:https";
import { LineSplitter } from "../../api/line-splitter.ts";
import type { Address } from "./target.ts";

export interface Asked {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly text: string;
  /** Milliseconds to the first byte, and to the end. */
  readonly first: number;
  readonly whole: number;
}

export class Client {
  readonly #target: Address;
  readonly #agent: http.Agent;

  constructor(target: Address, connections: number) {
    this.#target = target;
    const options = { keepAlive: true, maxSockets: connections, noDelay: true };
    // A benchmark trusts the server that it is pointed at.
    this.#agent =
      target.url.protocol === "https:"
        ? new https.Agent({ ...options, rejectUnauthorized: false })
        : new http.Agent(options);
  }

  /** Rejects unless the answer is a success. */
  async ask(request: Asked): Promise<Answered> {
    const started = performance.now();
    const response = await this.#open(request);
    const chunks: Buffer[] = [];
    let first = 0;
    for await (const chunk of response) {
      first ||= performance.now() - started;
      chunks.push(chunk as Buffer);
    }
    const text = Buffer.concat(chunks).toString();
    const { statusCode = 0 } = response;
    if (statusCode >= 300)
      throw new Error(`${request.method ?? "GET"} ${request.path}: ${statusCode} ${text.slice(0, 300)}`);
    return { text, first, whole: performance.now() - started };
  }

  /** Rejects only if there is no answer. */
  async attempt(request: Asked): Promise<{ readonly status: number; readonly text: string }> {
    const response = await this.#open(request);
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    if (!response.complete) throw new Error(`${request.path}: the answer was cut off`);
    return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() };
  }

  /** The lines of a watch until it ends or breaks. */
  async *lines(request: Asked): AsyncGenerator<string, void> {
    const response = await this.#open(request);
    if (response.statusCode !== 200) throw new Error(`${request.path}: ${response.statusCode}`);
    const splitter = new LineSplitter(new TextDecoder());
    for await (const chunk of response) yield* splitter.push(chunk as Uint8Array);
  }

  /** Breaks all connections, as networks do. */
  cut(): void {
    for (const sockets of [this.#agent.sockets, this.#agent.freeSockets])
      for (const socket of Object.values(sockets).flatMap((each) => each ?? [])) socket.destroy();
  }

  /** A watch: calls `line` with each line until it is closed. Resolves when the server has answered. */
  async follow(path: string, line: (text: string) => void): Promise<void> {
    const response = await this.#open({ path });
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`);
    const splitter = new LineSplitter(new TextDecoder());
    response.on("data", (chunk: Uint8Array) => {
      for (const text of splitter.push(chunk)) line(text);
    });
    response.on("error", () => {});
  }

  /** Reads until the text has arrived, and no further. Returns how long that took, in milliseconds. */
  async readUntil(text: string, request: Asked): Promise<number> {
    const began = performance.now();
    const response = await this.#open(request);
    let end = "";
    for await (const chunk of response.setEncoding("latin1")) {
      end = (end + chunk).slice(-(text.length + chunk.length));
      if (end.includes(text)) return performance.now() - began;
    }
    throw new Error(`${request.path}: ${response.statusCode} ended without ${text}`);
  }

  close(): void {
    this.#agent.destroy();
  }

  #open({ method = "GET", path, body, headers }: Asked): Promise<http.IncomingMessage> {
    const { url, token } = this.#target;
    const data = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, url).href, {
        method,
        agent: this.#agent,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token}`,
          ...(data && { "content-type": "application/json", "content-length": data.length }),
          ...headers,
        },
      });
      call.once("response", resolve);
      call.once("error", reject);
      call.end(data);
    });
  }
}
