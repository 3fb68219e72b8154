/**
 * Containers as plain processes of the machine: no image, no isolation, no network of their own. A container's command
 * is run as it stands, in its own process group; volumes are where the machine has them (docs/spec/agent.md says how a
 * command finds them). Useful where no container runtime is, and for what needs the whole machine.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { arch, constants, platform, release } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { PassThrough, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { keptOutput } from "../kept-output.ts";
import {
  type ContainerConfig,
  type ContainerObservation,
  type ContainerUsage,
  type ExecRequest,
  ExecTimeout,
  type Exit,
  type ImageObservation,
  type Observation,
  type ProcessStream,
  type Runtime,
  RuntimeError,
  type SandboxConfig,
} from "../runtime.ts";
import { type ContainerState, StateDirectory, type StoredContainer } from "./container-state.ts";
import { CONTAINER_ENV, processStart } from "./process-tree.ts";
import { frame, frameReader } from "./supervisor.ts";
import { SupervisorClient } from "./supervisor-client.ts";

const SCHEME = "process://";
const bare = (id: string): string => (id.startsWith(SCHEME) ? id.slice(SCHEME.length) : id);
const newestFirst = (a: { createdAt: number }, b: { createdAt: number }): number => b.createdAt - a.createdAt;

/** What every image answers: the machine stands in for all of them. */
const imageOf = (name: string): ImageObservation => ({ id: name, ref: `${SCHEME}${name}`, names: [name], size: 0 });

function observe({ id, sandboxId, createdAt, logPath, config }: StoredContainer, state: ContainerState) {
  return {
    id: `${SCHEME}${id}`,
    sandboxId,
    name: config.name,
    attempt: config.attempt,
    state: state.state,
    image: config.imageName,
    imageRef: `${SCHEME}${config.image}`,
    createdAt,
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    exitCode: state.exitCode,
    reason: state.reason,
    message: state.message,
    logPath,
    labels: config.labels,
    annotations: config.annotations,
  } satisfies ContainerObservation;
}

export interface ProcessRuntimeOptions {
  readonly directory: string;
  readonly supervisorCommand: readonly string[];
  /** The machine's: pods have no others. */
  readonly addresses: () => readonly string[];
}

export class ProcessRuntime implements Runtime {
  readonly scheme = "process";
  readonly isolates = false;
  readonly #state: StateDirectory;
  readonly #supervisor: SupervisorClient;
  readonly #listeners = new Set<(uid: string) => void>();
  readonly #addresses: () => readonly string[];
  #created = 0;

  /** `supervisorCommand` starts {@link superviseProcesses} when a directory is appended to it. */
  constructor(options: ProcessRuntimeOptions) {
    this.#addresses = options.addresses;
    this.#state = new StateDirectory(options.directory);
    this.#supervisor = new SupervisorClient(this.#state, options.supervisorCommand, (id) => this.#changed(id));
    // A container left running by an agent before: its end is only told to who is connected.
    if (this.#state.containerIds().some((id) => this.#state.state(id)?.state === "running"))
      void this.#supervisor.connect().catch(() => {});
  }

  #changed(containerId: string): void {
    const stored = containerId === "" ? undefined : this.#state.container(containerId);
    const uid = stored === undefined ? "" : (this.#state.sandbox(stored.sandboxId)?.config.pod.uid ?? "");
    for (const listener of this.#listeners) listener(uid);
  }

  async version() {
    return { name: "process", version: `${platform()}-${arch()}-${release()}` };
  }

  async observe(uid?: string): Promise<Observation> {
    const sandboxes = this.#state.sandboxes().filter(({ config }) => uid === undefined || config.pod.uid === uid);
    const ids = new Set(sandboxes.map(({ id }) => id));
    const containers = this.#state.containerIds().flatMap((id) => {
      const stored = this.#state.container(id);
      const state = this.#state.state(id);
      if (stored === undefined || state === undefined || !ids.has(stored.sandboxId)) return [];
      return [observe(stored, this.#actual(id, state))];
    });
    return {
      sandboxes: sandboxes.sort(newestFirst).map(({ id, createdAt, ready, config }) => ({
        id,
        pod: config.pod,
        attempt: config.attempt,
        ready,
        createdAt,
        ips: ready ? this.#addresses() : [],
        labels: config.labels,
        annotations: config.annotations,
      })),
      containers: containers.sort(newestFirst),
    };
  }

  /** A machine that was switched off left states that say running. */
  #actual(id: string, state: ContainerState): ContainerState {
    if (state.state !== "running" || state.pid === undefined) return state;
    if (processStart(state.pid) === state.processStart || Date.now() - state.startedAt < 1000) return state;
    const latest = this.#state.state(id) ?? state;
    if (latest.state !== "running") return latest;
    // The supervisor may be about to write the exit code: only an end that nobody saw is made up.
    void this.#supervisor.connect().catch(() => {});
    return latest;
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const id = randomUUID();
    this.#state.setSandbox({ id, createdAt: this.#now(), ready: true, config });
    return id;
  }

  /** Strictly growing, so that the order of creation is known. */
  #now(): number {
    this.#created = Math.max(Date.now(), this.#created + 1);
    return this.#created;
  }

  #containersOf(sandboxId: string): string[] {
    return this.#state.containerIds().filter((id) => this.#state.container(id)?.sandboxId === sandboxId);
  }

  async stopSandbox(id: string): Promise<void> {
    const sandbox = this.#state.sandbox(id);
    if (sandbox === undefined) return;
    for (const container of this.#containersOf(id)) await this.stopContainer(container, 0);
    this.#state.setSandbox({ ...sandbox, ready: false });
  }

  async removeSandbox(id: string): Promise<void> {
    await this.stopSandbox(id);
    for (const container of this.#containersOf(id)) this.#state.removeContainer(container);
    this.#state.removeSandbox(id);
  }

  async imageStatus(image: string) {
    return imageOf(image);
  }

  async pullImage(image: string) {
    return imageOf(image);
  }

  async images() {
    return [];
  }

  async removeImage(): Promise<void> {}

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    if (config.command.length === 0)
      throw new RuntimeError(
        `no command specified: the process runtime runs commands of this machine, it cannot take one from the image "${config.imageName}"`,
      );
    if (config.tty) throw new RuntimeError("the process runtime has no terminals: tty must be false");
    const id = randomUUID().replaceAll("-", "");
    const inherited = ["PATH", "HOME", "LANG", "TMPDIR", "USER"].flatMap((name) => {
      const value = process.env[name];
      return value === undefined || config.env.some((variable) => variable.name === name) ? [] : [{ name, value }];
    });
    const mounts = config.mounts.map(({ containerPath, hostPath }) => ({
      name: `SAILPLANE_MOUNT_${containerPath.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/^_/, "")}`,
      value: hostPath,
    }));
    this.#state.addContainer({
      id,
      sandboxId,
      createdAt: this.#now(),
      logPath: join(sandbox.logDirectory, config.logPath),
      config: { ...config, env: [...inherited, ...mounts, ...config.env] },
    });
    return `${SCHEME}${id}`;
  }

  async startContainer(id: string): Promise<void> {
    await this.#supervisor.request({ op: "start", container: bare(id) });
    this.#changed(bare(id));
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const container = bare(id);
    const isRunning = () => this.#state.state(container)?.state === "running";
    if (!isRunning()) return;
    const ended = new Promise<void>((resolve) => {
      const stop = this.onChange(() => {
        if (isRunning()) return;
        stop();
        resolve();
      });
    });
    const signal = this.#state.container(container)?.config.stopSignal ?? "SIGTERM";
    if (graceSeconds > 0) {
      await this.#supervisor.request({ op: "signal", container, signal });
      const abort = new AbortController();
      await Promise.race([ended, sleep(graceSeconds * 1000, undefined, { signal: abort.signal }).catch(() => {})]);
      abort.abort();
    }
    if (!isRunning()) return;
    await this.#supervisor.request({ op: "kill", container });
    await Promise.race([ended, sleep(5000)]);
  }

  async removeContainer(id: string): Promise<void> {
    await this.stopContainer(id, 0);
    this.#state.removeContainer(bare(id));
  }

  async updateContainer(): Promise<void> {}

  async reopenLog(id: string): Promise<void> {
    await this.#supervisor.request({ op: "reopen-log", container: bare(id) });
  }

  #spawn(id: string, request: ExecRequest): ChildProcess {
    const stored = this.#state.container(bare(id));
    if (stored === undefined || this.#state.state(bare(id))?.state !== "running")
      throw new RuntimeError(`container ${bare(id)} is not running`, { notFound: stored === undefined });
    if (request.tty) throw new RuntimeError("the process runtime has no terminals: run without --tty");
    const { config } = stored;
    const [command = "", ...args] = request.command;
    const { runAsUser: uid, runAsGroup: gid } = config.security;
    const asRoot = process.getuid?.() === 0;
    return spawn(command, args, {
      cwd: config.workingDir === "" ? this.#state.containerDirectory(bare(id)) : config.workingDir,
      env: { ...Object.fromEntries(config.env.map(({ name, value }) => [name, value])), [CONTAINER_ENV]: bare(id) },
      detached: true,
      stdio: [request.stdin ? "pipe" : "ignore", "pipe", "pipe"],
      ...(asRoot && uid !== undefined ? { uid } : {}),
      ...(asRoot && gid !== undefined ? { gid } : {}),
    });
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number) {
    const child = this.#spawn(id, { command, stdin: false, stdout: true, stderr: true, tty: false });
    const output: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    child.stderr?.on("data", (chunk: Buffer) => output.push(chunk));
    return new Promise<{ exitCode: number; output: Buffer }>((resolve, reject) => {
      const timer =
        timeoutSeconds > 0
          ? setTimeout(() => {
              if (child.pid !== undefined) killGroup(child.pid);
              reject(new ExecTimeout(`command ${command.join(" ")} timed out`));
            }, timeoutSeconds * 1000)
          : undefined;
      child.once("error", (error) => {
        clearTimeout(timer);
        reject(new RuntimeError(`failed to exec in container: ${error.message}`));
      });
      child.once("close", (code, signal) => {
        clearTimeout(timer);
        resolve({ exitCode: exitCodeOf(code, signal), output: Buffer.concat(output) });
      });
    });
  }

  async exec(id: string, request: ExecRequest): Promise<ProcessStream> {
    const child = this.#spawn(id, request);
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => reject(new RuntimeError(`failed to exec in container: ${error.message}`)));
    });
    child.stdin?.on("error", () => {});
    if (!request.stdout) child.stdout?.resume();
    if (!request.stderr) child.stderr?.resume();
    return {
      ...(child.stdin === null ? {} : { stdin: child.stdin }),
      ...(request.stdout && child.stdout !== null ? { stdout: keptOutput(child.stdout) } : {}),
      ...(request.stderr && child.stderr !== null ? { stderr: keptOutput(child.stderr) } : {}),
      resize: () => {},
      close: () => child.pid !== undefined && killGroup(child.pid),
      exit: new Promise((resolve) => {
        child.once("close", (code, signal) => resolve({ code: exitCodeOf(code, signal) }));
      }),
    };
  }

  async attach(id: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream> {
    if (this.#state.state(bare(id))?.state !== "running")
      throw new RuntimeError(`container ${bare(id)} is not running`);
    const socket = await this.#supervisor.attach(bare(id));
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const read = frameReader((stream, bytes) => {
      const target = stream === 1 ? stdout : stderr;
      if (stream === 1 ? !request.stdout : !request.stderr) return;
      if (!target.write(Buffer.from(bytes))) {
        socket.pause();
        target.once("drain", () => socket.resume());
      }
    });
    socket.on("data", read);
    const exit = new Promise<Exit>((resolve) => {
      socket.once("close", () => {
        stdout.end();
        stderr.end();
        resolve({ code: 0 });
      });
    });
    const stdin = new Writable({
      write: (chunk: Buffer, _encoding, done) => void socket.write(frame(0, chunk), () => done()),
      final: (done) => void socket.write(frame(0, Buffer.alloc(0)), () => done()),
    });
    return {
      ...(request.stdin ? { stdin } : {}),
      ...(request.stdout ? { stdout } : {}),
      ...(request.stderr ? { stderr } : {}),
      resize: () => {},
      close: () => socket.destroy(),
      exit,
    };
  }

  async dial(_sandboxId: string, port: number): Promise<Duplex> {
    const socket = connect({ port, host: "localhost", allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(new RuntimeError(error.message)));
    });
    return socket;
  }

  async usage(uid?: string): Promise<readonly ContainerUsage[]> {
    if (platform() !== "linux") return [];
    const { containers, sandboxes } = await this.observe(uid);
    const pods = new Map(sandboxes.map(({ id, pod }) => [id, pod]));
    return containers.flatMap((container) => {
      const pid = this.#state.state(bare(container.id))?.pid;
      const pod = pods.get(container.sandboxId);
      if (container.state !== "running" || pid === undefined || pod === undefined) return [];
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const ticks = Number(fields[11]) + Number(fields[12]);
        const pages = Number(fields[21]);
        return [
          {
            id: container.id,
            pod,
            name: container.name,
            cpuNanoseconds: ticks * 1e7,
            memoryWorkingSetBytes: pages * 4096,
          },
        ];
      } catch {
        return [];
      }
    });
  }

  async close(): Promise<void> {
    await this.#supervisor.close();
  }
}

const exitCodeOf = (code: number | null, signal: NodeJS.Signals | null): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It ended before.
  }
}
