/** The agent's end of the supervisor's socket; starts the supervisor if none responds. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../../../api/error-message.ts";
import { LineSplitter } from "../../../api/line-splitter.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { StateDirectory } from "./container-state.ts";
import type { SupervisorReply, SupervisorRequest } from "./supervisor.ts";

const START_MS = 10_000;

type Unnumbered<T> = T extends unknown ? Omit<T, "seq"> : never;

export class SupervisorClient {
  readonly #state: StateDirectory;
  readonly #command: readonly string[];
  readonly #onExit: (container: string) => void;
  #socket: Promise<Socket> | undefined;
  #seq = 0;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();

  /** `command`, with the state's directory appended, starts a supervisor. */
  constructor(state: StateDirectory, command: readonly string[], onExit: (container: string) => void) {
    this.#state = state;
    this.#command = command;
    this.#onExit = onExit;
  }

  async #dial(): Promise<Socket | undefined> {
    const socket = connect(this.#state.socket);
    try {
      await once(socket, "connect");
      return socket;
    } catch {
      return undefined;
    }
  }

  async #open(): Promise<Socket> {
    const running = await this.#dial();
    if (running !== undefined) return running;
    await this.#start();
    const end = Date.now() + START_MS;
    while (Date.now() < end) {
      await sleep(10);
      const started = await this.#dial();
      if (started !== undefined) return started;
    }
    throw new RuntimeError(`the process supervisor does not start; see ${this.#log}`);
  }

  get #log(): string {
    return join(this.#state.path, "supervisor.log");
  }

  async #start(): Promise<void> {
    const [file = "", ...args] = this.#command;
    const log = openSync(this.#log, "a", 0o600);
    try {
      const child = spawn(file, [...args, this.#state.path], { detached: true, stdio: ["ignore", log, log] });
      child.unref();
      await once(child, "spawn");
    } catch (error) {
      throw new RuntimeError(`the process supervisor does not start: ${errorMessage(error)}`);
    } finally {
      closeSync(log);
    }
  }

  #listen(socket: Socket): void {
    const splitter = new LineSplitter(new TextDecoder());
    socket.on("data", (chunk) => {
      for (const line of splitter.push(chunk)) this.#receive(JSON.parse(line) as SupervisorReply);
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#socket = undefined;
      for (const { reject } of this.#waiting.values()) reject(new RuntimeError("the process supervisor went away"));
      this.#waiting.clear();
      this.#onExit("");
    });
  }

  #receive(reply: SupervisorReply): void {
    if ("event" in reply) {
      this.#onExit(reply.container);
      return;
    }
    const waiting = this.#waiting.get(reply.seq);
    this.#waiting.delete(reply.seq);
    if (reply.error === undefined) waiting?.resolve();
    else waiting?.reject(new RuntimeError(reply.error));
  }

  /** Connects, so that events arrive. */
  connect(): Promise<Socket> {
    this.#socket ??= this.#open().then(
      (socket) => {
        this.#listen(socket);
        return socket;
      },
      (error) => {
        this.#socket = undefined;
        throw error;
      },
    );
    return this.#socket;
  }

  async request(request: Unnumbered<Exclude<SupervisorRequest, { op: "attach" }>>): Promise<void> {
    const socket = await this.connect();
    const seq = ++this.#seq;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.set(seq, { resolve, reject });
      socket.write(`${JSON.stringify({ ...request, seq })}\n`);
    });
  }

  /** A connection that carries the container's framed streams. */
  async attach(container: string): Promise<Socket> {
    await this.connect();
    const socket = await this.#dial();
    if (socket === undefined) throw new RuntimeError("the process supervisor went away");
    socket.write(`${JSON.stringify({ op: "attach", seq: 0, container })}\n`);
    return socket;
  }

  async close(): Promise<void> {
    const socket = await this.#socket?.catch(() => undefined);
    socket?.removeAllListeners("close");
    socket?.destroy();
    this.#socket = undefined;
  }
}
