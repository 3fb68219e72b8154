/**
 * The parent of all containers of the process runtime: one small process that outlives the agent, so that restarting
 * the agent neither ends a container nor loses an exit code or a line of log. The agent talks to it over a Unix socket:
 * each request or event is one line of JSON. Without containers and without an agent, it exits.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { constants } from "node:os";
import { errorMessage } from "../../../api/error-message.ts";
import { LineSplitter } from "../../../api/line-splitter.ts";
import { LogEncoder, type LogStream, logTime } from "../../logs/cri-log.ts";
import { StateDirectory, type StoredContainer } from "./container-state.ts";
import { CONTAINER_ENV, killTree, processStart } from "./process-tree.ts";

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

/** How long output is still read after the main process has ended, from processes that hold its pipes. */
const DRAIN_MS = 300;
const IDLE_MS = 10_000;
/** Bytes of output that may wait for an attached client. */
const MOST_UNREAD = 8 * 1024 * 1024;
const micros = (): number => (performance.timeOrigin + performance.now()) * 1000;

class RunningContainer {
  readonly #child: ChildProcess;
  readonly #container: StoredContainer;
  #log: number;
  readonly attached = new Set<Socket>();

  constructor(container: StoredContainer, child: ChildProcess) {
    this.#container = container;
    this.#child = child;
    this.#log = openSync(container.logPath, "a", 0o640);
    this.#capture("stdout");
    this.#capture("stderr");
  }

  #capture(stream: LogStream): void {
    const encoder = new LogEncoder(stream);
    const write = (entries: Buffer) => {
      if (entries.length > 0) writeSync(this.#log, entries);
    };
    this.#child[stream]?.on("data", (chunk: Buffer) => {
      write(encoder.push(chunk, logTime(micros())));
      for (const socket of this.attached) {
        socket.write(frame(stream === "stdout" ? 1 : 2, chunk));
        // A client that does not keep up is disconnected: the container does not wait, and its log has everything.
        if (socket.writableLength > MOST_UNREAD) socket.destroy();
      }
    });
    this.#child[stream]?.on("end", () => write(encoder.end(logTime(micros()))));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get stdin(): NodeJS.WritableStream | null {
    return this.#child.stdin;
  }

  get closesInput(): boolean {
    return this.#container.config.stdinOnce;
  }

  reopenLog(): void {
    closeSync(this.#log);
    this.#log = openSync(this.#container.logPath, "a", 0o640);
  }

  close(): void {
    closeSync(this.#log);
    for (const socket of this.attached) socket.end();
  }
}

/** A frame on an attached connection: its stream (0 in, 1 out, 2 err), four bytes of length, and its bytes. */
export function frame(stream: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

/** Parses framed bytes. An empty frame of stream 0 closes the input. */
export function frameReader(onFrame: (stream: number, bytes: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const length = rest.readUInt32BE(1);
      if (rest.length < 5 + length) return;
      onFrame(rest.readUInt8(0), rest.subarray(5, 5 + length));
      rest = rest.subarray(5 + length);
    }
  };
}

class Supervisor {
  readonly #state: StateDirectory;
  readonly #running = new Map<string, RunningContainer>();
  readonly #agents = new Set<Socket>();
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
      this.#state.setState(id, { ...state, state: "exited", finishedAt: Date.now(), exitCode: 137, reason: "Error" });
    }
  }

  #rest(): void {
    clearTimeout(this.#idle);
    if (this.#running.size === 0 && this.#agents.size === 0) this.#idle = setTimeout(this.#onIdle, IDLE_MS);
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
        this.#answer(request).then((error) => {
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
  async #answer(request: Exclude<SupervisorRequest, { op: "attach" }>): Promise<string | undefined> {
    const container = this.#running.get(request.container);
    switch (request.op) {
      case "start":
        return this.#start(request.container);
      case "signal":
        if (container === undefined) return undefined;
        try {
          process.kill(container.pid, request.signal as NodeJS.Signals);
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
    const { config } = stored;
    const [command = "", ...args] = [...config.command, ...config.args];
    const env = Object.fromEntries(config.env.map(({ name, value }) => [name, value]));
    const { runAsUser: uid, runAsGroup: gid } = config.security;
    const asRoot = process.getuid?.() === 0;
    const child = spawn(command, args, {
      cwd: config.workingDir === "" ? this.#state.containerDirectory(id) : config.workingDir,
      env: { ...env, [CONTAINER_ENV]: id },
      detached: true,
      stdio: [config.stdin ? "pipe" : "ignore", "pipe", "pipe"],
      ...(asRoot && uid !== undefined ? { uid } : {}),
      ...(asRoot && gid !== undefined ? { gid } : {}),
    });
    child.stdin?.on("error", () => {});
    try {
      await new Promise((resolve, reject) => {
        child.once("spawn", resolve);
        child.once("error", reject);
      });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const text = code === "ENOENT" ? `exec: "${command}": no such file or directory` : message;
      this.#state.setState(id, {
        ...before,
        state: "exited",
        finishedAt: Date.now(),
        exitCode: 128,
        reason: "StartError",
        message: text,
      });
      return text;
    }
    const container = new RunningContainer(stored, child);
    this.#running.set(id, container);
    const start = processStart(container.pid);
    const state = {
      ...before,
      state: "running" as const,
      pid: container.pid,
      ...(start === undefined ? {} : { processStart: start }),
      startedAt: Date.now(),
    };
    this.#state.setState(id, state);
    const closed = new Promise((resolve) => child.once("close", resolve));
    child.once("exit", async (code, signal) => {
      const finishedAt = Date.now();
      killTree(id, container.pid);
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, DRAIN_MS))]);
      const exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      container.close();
      this.#running.delete(id);
      // The agent may have removed the container meanwhile.
      if (this.#state.container(id) !== undefined) {
        const reason = exitCode === 0 ? "Completed" : "Error";
        this.#state.setState(id, { ...state, state: "exited", finishedAt, exitCode, reason });
      }
      const event: SupervisorReply = { event: "exited", container: id };
      for (const socket of this.#agents) socket.write(`${JSON.stringify(event)}\n`);
      this.#rest();
    });
    return undefined;
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
