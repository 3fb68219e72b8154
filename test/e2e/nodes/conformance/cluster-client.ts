/**
 * A way to the API of a cluster in a network namespace of its own: a socket here whose bytes are forwarded to the port
 * there, unchanged, so that answers are those that a client on the cluster's machine would get.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { type ClientOptions, WebSocket } from "ws";
import { LineSplitter } from "../../../../api/line-splitter.ts";
import type { Connection } from "../../../../cli/kubeconfig.ts";
import { type Cluster, credentialsOf } from "../../rig/cluster.ts";

const forwarder = `const { connect, createServer } = require("node:net");
createServer((from) => {
  const to = connect(Number(process.argv[1]), "127.0.0.1");
  for (const [one, other] of [[from, to], [to, from]]) one.pipe(other).on("error", () => {}), one.on("error", () => other.destroy());
}).listen(process.argv[2]);`;

export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface Sent {
  readonly body?: unknown;
  readonly type?: string;
}

export class ClusterClient {
  readonly #socket: string;
  readonly #process: ChildProcess;
  readonly #connection: Connection;

  private constructor(cluster: Cluster) {
    this.#connection = credentialsOf(cluster);
    this.#socket = join(cluster.directory, "door.sock");
    const { port } = new URL(this.#connection.server);
    const [program = "", ...words] = [...cluster.inside, process.execPath, "-e", forwarder, port, this.#socket];
    this.#process = spawn(program, words, { stdio: "ignore" });
  }

  static async open(cluster: Cluster): Promise<ClusterClient> {
    const client = new ClusterClient(cluster);
    for (let i = 0; i < 200 && !existsSync(client.#socket); i++) await sleep(20);
    return client;
  }

  close(): void {
    this.#process.kill("SIGKILL");
  }

  get #options() {
    const { token, ca = "" } = this.#connection;
    // A connection of its own for each call: one that is kept may be closed at its other end by the time of the next.
    const agent = false as const;
    return { socketPath: this.#socket, host: "localhost", ca, agent, headers: { Authorization: `Bearer ${token}` } };
  }

  call(method: string, path: string, { body, type = "application/json" }: Sent = {}): Promise<Answer> {
    const { headers, ...options } = this.#options;
    const sent = body === undefined ? {} : { "Content-Type": type };
    return new Promise((resolve, reject) => {
      const call = request({ ...options, method, path, headers: { ...headers, ...sent } }, async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve({ status: response.statusCode ?? 0, text });
      });
      call.once("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** The lines of an answer that goes on, until it ends or `signal` says so. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator<string> {
    const response = await new Promise<AsyncIterable<Uint8Array>>((resolve, reject) => {
      const call = request({ ...this.#options, path, signal }, resolve);
      call.once("error", reject);
      call.end();
    });
    const splitter = new LineSplitter(new TextDecoder());
    for await (const chunk of response) yield* splitter.push(chunk).filter((line) => line !== "");
  }

  socket(path: string, protocol: string): WebSocket {
    const { socketPath, host, ca, headers } = this.#options;
    const createConnection = () => connect({ path: socketPath, servername: host, ca });
    // ws has no other way to a socket that is a file, and its types do not know this one.
    return new WebSocket(`wss://${host}${path}`, protocol, { headers, createConnection } as ClientOptions);
  }
}
