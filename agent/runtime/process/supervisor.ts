/**
 * The parent of all containers of the process runtime: one small process that outlives the agent, so that restarting
 * the agent neither ends a container nor loses an exit code or a line of log. The agent talks to it over a Unix socket:
 * each request or event is one line of JSON. Without containers and without an agent, it exits.
 */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { errorMessage } from "../../../api/error-message.ts";
import { LineSplitter } from "../../../api/line-splitter.ts";
import { exitCodeOf } from "../child-streams.ts";
import { frameReader } from "./attach-frames.ts";
import { type ContainerState, StateDirectory, type StoredContainer } from "./container-state.ts";
import { killTree, processStart } from "./process-tree.ts";
import { RunningContainer } from "./running-container.ts";
import { spawnProcess } from "./spawn-process.ts";

export type SupervisorRequest =
  | { readonly op: "start"; readonly seq: number; readonly container: string }
  | { readonly op: "signal"; readonly seq: number; readonly container: string; readonly signal: string }
  | { readonly op: "kill"; readonly seq: number; readonly container: string }
  | { readonly op: "reopen-log"; readonly seq: number; readonly container: string }
  /** From here on the connection carries the container's output and input, both framed. */
  | { readonly op: "attach"; readonly seq: number; readonly container: string };

export type SupervisorReply =
  | { readonly seq: number; readonly error?: string }
  | { readonly event: "exited"; readonly container: string };

/** The disk may have room again. */
const RECORD_AGAIN_MS = 1000;
/** How long output is still read after the main process has ended, from processes that hold its pipes. */
const DRAIN_MS = 300;
const IDLE_MS = 10_000;
class Supervisor {
  readonly #state: StateDirectory;
  readonly #running = new Map<string, RunningContainer>();
  readonly #agents = new Set<Socket>();
  /** Ends of containers that are not on the disk yet. */
  #recording = 0;
  #idle: NodeJS.Timeout | undefined;
  readonly #onIdle: () => void;

  constructor(state: StateDirectory, onIdle: () => void) {
    this.#state = state;
    this.#onIdle = onIdle;
    this.#recover();
    this.#rest();
  }

  /** Containers of a supervisor that was killed have nobody to notice their end, so they are killed. */
  #recover(): void {
    for (const id of this.#state.containerIds()) {
      const state = this.#state.state(id);
      if (state?.state !== "running") continue;
      const alive = state.pid !== undefined && processStart(state.pid) === state.processStart;
      if (alive && state.pid !== undefined) killTree(id, state.pid);
      const ended = { state: "exited", finishedAt: Date.now(), exitCode: 137, reason: "Error" } as const;
      void this.#record(id, { ...state, ...ended }).then(() => this.#rest());
    }
  }

  /** Settles when it is on the disk: nobody else knows how a container ended. */
  async #record(id: string, state: ContainerState): Promise<void> {
    this.#recording++;
    // The agent may have removed the container meanwhile.
    while (this.#state.container(id) !== undefined && !this.#hasRecorded(id, state)) await sleep(RECORD_AGAIN_MS);
    this.#recording--;
  }

  #hasRecorded(id: string, state: ContainerState): boolean {
    try {
      this.#state.setState(id, state);
      return true;
    } catch {
      return false;
    }
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#running.size + this.#recording + this.#agents.size === 0) this.#idle = setTimeout(this.#onIdle, IDLE_MS);
  }

  connect(socket: Socket): void {
    this.#agents.add(socket);
    this.#rest();
    const splitter = new LineSplitter(new TextDecoder());
    const onData = (chunk: Buffer) => {
      for (const line of splitter.push(chunk)) {
        const request = JSON.parse(line) as SupervisorRequest;
        if (request.op === "attach") {
          socket.off("data", onData);
          this.#attach(socket, request.container);
          return;
        }
        void this.#serve(request)
          .catch(errorMessage)
          .then((error) => {
            const reply: SupervisorReply = { seq: request.seq, ...(error === undefined ? {} : { error }) };
            if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
          });
      }
    };
    socket.on("data", onData);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#agents.delete(socket);
      this.#rest();
    });
  }

  #attach(socket: Socket, id: string): void {
    const container = this.#running.get(id);
    if (container === undefined) {
      socket.end();
      return;
    }
    this.#agents.delete(socket);
    container.attached.add(socket);
    const { stdin } = container;
    const read = frameReader((stream, bytes) => {
      if (stream !== 0 || stdin === null) return;
      if (bytes.length === 0) stdin.end();
      else if (!stdin.write(Buffer.from(bytes))) {
        socket.pause();
        stdin.once("drain", () => socket.resume());
      }
    });
    socket.on("data", read);
    socket.on("close", () => {
      container.attached.delete(socket);
      if (container.closesInput) stdin?.end();
      this.#rest();
    });
  }

  /** Returns the error, if any. */
  async #serve(request: Exclude<SupervisorRequest, { op: "attach" }>): Promise<string | undefined> {
    const container = this.#running.get(request.container);
    switch (request.op) {
      case "start":
        return this.#start(request.container);
      case "signal":
        if (container === undefined) return undefined;
        try {
          process.kill(container.pid, request.signal);
        } catch (error) {
          return errorMessage(error);
        }
        return undefined;
      case "kill":
        if (container !== undefined) killTree(request.container, container.pid);
        return undefined;
      case "reopen-log":
        container?.reopenLog();
        return undefined;
    }
  }

  async #start(id: string): Promise<string | undefined> {
    const stored = this.#state.container(id);
    const before = this.#state.state(id);
    if (stored === undefined || before === undefined) return `container ${id} does not exist`;
    const { command, args, stdin } = stored.config;
    const words = [...command, ...args];
    const directory = this.#state.containerDirectory(id);
    const child = spawnProcess({ ...stored, directory }, { command: words, stdin });
    child.stdin?.on("error", () => {});
    const problem = await startProblem(child, words);
    if (problem !== undefined) {
      const ended = { state: "exited", finishedAt: Date.now(), exitCode: 128, reason: "StartError" } as const;
      this.#state.setState(id, { ...before, ...ended, message: problem });
      return problem;
    }
    const { pid = 0 } = child;
    const start = processStart(pid);
    const state: ContainerState = {
      ...before,
      state: "running",
      pid,
      ...(start === undefined ? {} : { processStart: start }),
      startedAt: Date.now(),
    };
    const container = this.#adopt(stored, state, child);
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.once("exit", (code, signal) => {
      const ended = { state: "exited", finishedAt: Date.now(), exitCode: exitCodeOf(code, signal) } as const;
      void this.#end(container, closed, { ...state, ...ended });
    });
    return undefined;
  }

  #adopt(stored: StoredContainer, state: ContainerState, child: ChildProcess): RunningContainer {
    let container: RunningContainer | undefined;
    try {
      container = new RunningContainer(stored, child);
      this.#state.setState(stored.id, state);
    } catch (error) {
      // Nobody would know that it runs.
      killTree(stored.id, child.pid ?? 0);
      container?.close();
      throw error;
    }
    this.#running.set(stored.id, container);
    return container;
  }

  async #end(container: RunningContainer, closed: Promise<unknown>, state: ContainerState): Promise<void> {
    const { id, pid } = container;
    killTree(id, pid);
    await Promise.race([closed, sleep(DRAIN_MS)]);
    container.close();
    this.#running.delete(id);
    await this.#record(id, { ...state, reason: state.exitCode === 0 ? "Completed" : "Error" });
    const event: SupervisorReply = { event: "exited", container: id };
    for (const socket of this.#agents) socket.write(`${JSON.stringify(event)}\n`);
    this.#rest();
  }
}

/** Why it cannot be started; undefined: it runs. */
async function startProblem(child: ChildProcess, [file]: readonly string[]): Promise<string | undefined> {
  try {
    await once(child, "spawn");
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? `exec: "${file}": no such file or directory` : message;
  }
}

/** Runs until nothing is left to supervise. */
export function superviseProcesses(directory: string): void {
  const state = new StateDirectory(directory);
  const server = createServer();
  const supervisor = new Supervisor(state, () => {
    server.close();
    rmSync(state.socket, { force: true });
    process.exit(0);
  });
  server.on("connection", (socket) => supervisor.connect(socket));
  rmSync(state.socket, { force: true });
  const mask = process.umask(0o177);
  server.listen(state.socket, () => process.umask(mask));
  // Ctrl-C and the end of a session are meant for the agent; containers go on.
  for (const signal of ["SIGINT", "SIGHUP", "SIGPIPE"] as const) process.on(signal, () => {});
}
