/**
 * Containers as plain processes on the machine: no image, no isolation, no network of their own. A container's command
 * is run as it is, in its own process group; volumes stay where the machine has them (docs/spec/agent.md says how a
 * command finds them). Useful without a container runtime, and for workloads that need the whole machine.
 */

import { randomUUID } from "node:crypto";
import { arch, hostname, platform, release } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { timerMs } from "../../longest-timer.ts";
import type { ContainerConfig } from "../container.ts";
import { dialPort } from "../dial-port.ts";
import type { ImageObservation } from "../image.ts";
import { type ContainerObservation, newestFirst, type Observation } from "../observation.ts";
import type { ExecRequest, ProcessStream } from "../process-stream.ts";
import type { Runtime } from "../runtime.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { SandboxConfig } from "../sandbox.ts";
import type { ContainerUsage } from "../usage.ts";
import { attachedTo } from "./attach.ts";
import { environmentOf, unmounted } from "./container-environment.ts";
import { type ContainerState, StateDirectory, type StoredContainer } from "./container-state.ts";
import { outputOf, spawnBeside, streamsOf } from "./exec.ts";
import { Inventory } from "./inventory.ts";
import { processStart } from "./process-tree.ts";
import { processUsage } from "./process-usage.ts";
import type { Surroundings } from "./spawn-process.ts";
import { SupervisorClient } from "./supervisor-client.ts";

/** How long a container that was killed takes to end, at most. */
const KILL_MS = 5000;
const SCHEME = "process://";
const withoutScheme = (id: string): string => (id.startsWith(SCHEME) ? id.slice(SCHEME.length) : id);

/** The same for every image: the machine stands in for all of them. */
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
  readonly #inventory: Inventory;
  readonly #supervisor: SupervisorClient;
  readonly #listeners = new Set<(uid: string) => void>();
  readonly #addresses: () => readonly string[];
  #created = 0;

  /** `supervisorCommand`, with a directory appended, starts {@link superviseProcesses}. */
  constructor(options: ProcessRuntimeOptions) {
    this.#addresses = options.addresses;
    this.#state = new StateDirectory(options.directory);
    this.#inventory = new Inventory(this.#state);
    this.#supervisor = new SupervisorClient(this.#state, options.supervisorCommand, (id) => this.#changed(id));
    // A previous agent left containers running: their end is reported only to agents that are connected.
    if (this.#state.containerIds().some((id) => this.#state.state(id)?.state === "running"))
      void this.#supervisor.connect().catch(() => {});
  }

  #changed(containerId: string): void {
    const stored = containerId === "" ? undefined : this.#inventory.container(containerId);
    const uid = stored === undefined ? "" : (this.#inventory.sandbox(stored.sandboxId)?.config.pod.uid ?? "");
    for (const listener of this.#listeners) listener(uid);
  }

  async version() {
    return { name: "process", version: `${platform()}-${arch()}-${release()}` };
  }

  async observe(uid?: string): Promise<Observation> {
    const sandboxes = this.#inventory.sandboxesOf(uid);
    const ids = new Set(sandboxes.map(({ id }) => id));
    const containers = this.#inventory.containersOf(ids).flatMap((stored) => {
      const state = this.#state.state(stored.id);
      return state === undefined ? [] : [observe(stored, this.#actual(stored.id, state))];
    });
    return {
      sandboxes: sandboxes
        .map(({ id, createdAt, ready, config }) => ({
          id,
          pod: config.pod,
          attempt: config.attempt,
          ready,
          createdAt,
          ips: ready ? this.#addresses() : [],
          labels: config.labels,
          annotations: config.annotations,
        }))
        .sort(newestFirst),
      containers: containers.sort(newestFirst),
    };
  }

  /** After the machine was switched off, states may wrongly say running. */
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
    this.#inventory.setSandbox({ id, createdAt: this.#now(), ready: true, config });
    return id;
  }

  /** Strictly increasing, so that the order of creation is known. */
  #now(): number {
    this.#created = Math.max(Date.now(), this.#created + 1);
    return this.#created;
  }

  #containersOf(sandboxId: string): readonly string[] {
    return this.#inventory.containersOf(new Set([sandboxId])).map(({ id }) => id);
  }

  async stopSandbox(id: string): Promise<void> {
    const sandbox = this.#inventory.sandbox(id);
    if (sandbox === undefined) return;
    for (const container of this.#containersOf(id)) await this.stopContainer(container, 0);
    this.#inventory.setSandbox({ ...sandbox, ready: false });
  }

  async removeSandbox(id: string): Promise<void> {
    await this.stopSandbox(id);
    for (const container of this.#containersOf(id)) this.#inventory.removeContainer(container);
    this.#inventory.removeSandbox(id);
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
    this.#inventory.addContainer({
      id,
      sandboxId,
      createdAt: this.#now(),
      logPath: join(sandbox.logDirectory, config.logPath),
      config: { ...config, env: environmentOf(config, sandbox.hostname || hostname()) },
    });
    return `${SCHEME}${id}`;
  }

  readonly remarkOn = unmounted;

  async startContainer(id: string): Promise<void> {
    await this.#supervisor.request({ op: "start", container: withoutScheme(id) });
    this.#changed(withoutScheme(id));
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const container = withoutScheme(id);
    if (!this.#isRunning(container)) return;
    const signal = this.#inventory.container(container)?.config.stopSignal ?? "SIGTERM";
    if (graceSeconds > 0) {
      await this.#supervisor.request({ op: "signal", container, signal });
      await this.#end(container, graceSeconds * 1000);
    }
    if (!this.#isRunning(container)) return;
    await this.#supervisor.request({ op: "kill", container });
    await this.#end(container, KILL_MS);
  }

  #isRunning(container: string): boolean {
    return this.#state.state(container)?.state === "running";
  }

  /** Waits until the container has ended, but not longer than this. */
  async #end(container: string, maxMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = () => {
        clearTimeout(timer);
        stopListening();
        resolve();
      };
      const stopIfEnded = () => {
        if (!this.#isRunning(container)) stop();
      };
      const timer = setTimeout(stop, timerMs(maxMs));
      const stopListening = this.onChange(stopIfEnded);
      stopIfEnded();
    });
  }

  async removeContainer(id: string): Promise<void> {
    await this.stopContainer(id, 0);
    this.#inventory.removeContainer(withoutScheme(id));
  }

  async updateContainer(): Promise<void> {}

  async reopenLog(id: string): Promise<void> {
    await this.#supervisor.request({ op: "reopen-log", container: withoutScheme(id) });
  }

  #running(id: string): Surroundings {
    const container = withoutScheme(id);
    const stored = this.#inventory.container(container);
    if (stored === undefined || !this.#isRunning(container))
      throw new RuntimeError(`container ${container} is not running`, { notFound: stored === undefined });
    return { id: container, config: stored.config, directory: this.#state.containerDirectory(container) };
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number) {
    const request = { command, stdin: false, stdout: true, stderr: true, tty: false };
    return outputOf(spawnBeside(this.#running(id), request), command, timeoutSeconds);
  }

  async exec(id: string, request: ExecRequest): Promise<ProcessStream> {
    return streamsOf(spawnBeside(this.#running(id), request), request);
  }

  async attach(id: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream> {
    return attachedTo(await this.#supervisor.attach(this.#running(id).id), request);
  }

  dial(_sandboxId: string, port: number): Promise<Duplex> {
    return dialPort("localhost", port);
  }

  async usage(uid?: string): Promise<readonly ContainerUsage[]> {
    if (platform() !== "linux") return [];
    const { containers, sandboxes } = await this.observe(uid);
    const pods = new Map(sandboxes.map(({ id, pod }) => [id, pod]));
    return containers.flatMap(({ id, name, state, sandboxId }) => {
      const pid = this.#state.state(withoutScheme(id))?.pid;
      const pod = pods.get(sandboxId);
      const used = state === "running" && pid !== undefined ? processUsage(pid) : undefined;
      return pod === undefined || used === undefined ? [] : [{ id, pod, name, ...used }];
    });
  }

  async close(): Promise<void> {
    await this.#supervisor.close();
  }
}
