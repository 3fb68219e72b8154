/**
 * A runtime that runs nothing: containers count as running until they are stopped, and all images exist. With the real
 * agent and the real protocol it makes a node for scale tests and for experiments. All state is in memory, so a
 * restarted agent finds no containers and starts them afresh.
 */
import { PassThrough } from "node:stream";
import { timerMs } from "../../longest-timer.ts";
import type { ContainerConfig } from "../container.ts";
import type { ImageObservation } from "../image.ts";
import type { ContainerObservation, Observation, SandboxObservation } from "../observation.ts";
import type { ProcessStream } from "../process-stream.ts";
import type { Runtime } from "../runtime.ts";
import { RuntimeError } from "../runtime-error.ts";
import type { SandboxConfig } from "../sandbox.ts";
import { addressAt } from "./address.ts";

/**
 * A pod may say when its containers end, and how: `simulated.sailplane.dev/exit-after: "2.5"` (seconds), `…/exit-code:
 * "1"`; and what each of them uses: `…/cpu: "0.3"` (cores).
 */
const EXIT_AFTER = "simulated.sailplane.dev/exit-after";
const CPU = "simulated.sailplane.dev/cpu";
const EXIT_CODE = "simulated.sailplane.dev/exit-code";
const KILLED = 137;

interface SimulatedContainer {
  readonly config: ContainerConfig;
  readonly sandbox: SandboxConfig;
  readonly observation: ContainerObservation;
  readonly timer?: NodeJS.Timeout;
}

export interface SimulatedOptions {
  /** The node's name, from which its pods' addresses follow. */
  readonly nodeName: string;
  readonly now?: () => number;
}

export class SimulatedRuntime implements Runtime {
  readonly scheme = "simulated";
  readonly isolates = true;
  readonly simulates = true;
  readonly #sandboxes = new Map<string, { config: SandboxConfig; observation: SandboxObservation }>();
  readonly #containers = new Map<string, SimulatedContainer>();
  readonly #listeners = new Set<(uid: string) => void>();
  readonly #options: SimulatedOptions;
  readonly #now: () => number;
  #serial = 0;

  constructor(options: SimulatedOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async version() {
    return { name: "simulated", version: "1" };
  }

  async observe(uid?: string): Promise<Observation> {
    const ofPod = (config: SandboxConfig) => uid === undefined || config.pod.uid === uid;
    return {
      sandboxes: [...this.#sandboxes.values()]
        .filter((s) => ofPod(s.config))
        .map((s) => s.observation)
        .reverse(),
      containers: [...this.#containers.values()]
        .filter((c) => ofPod(c.sandbox))
        .map((c) => c.observation)
        .reverse(),
    };
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const serial = ++this.#serial;
    const id = `sandbox-${serial}`;
    const ips = config.network === "pod" ? [addressAt(this.#options.nodeName, serial)] : [];
    const { pod, attempt, labels, annotations } = config;
    const createdAt = this.#now();
    this.#sandboxes.set(id, {
      config,
      observation: { id, pod, attempt, ready: true, createdAt, ips, labels, annotations },
    });
    return id;
  }

  async stopSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (!sandbox) return;
    for (const [containerId, { observation }] of this.#containers) {
      if (observation.sandboxId === id) this.#end(containerId, KILLED);
    }
    this.#sandboxes.set(id, { ...sandbox, observation: { ...sandbox.observation, ready: false, ips: [] } });
  }

  async removeSandbox(id: string): Promise<void> {
    await this.stopSandbox(id);
    this.#sandboxes.delete(id);
  }

  async imageStatus(image: string): Promise<ImageObservation> {
    return { id: image, ref: image, names: [image], size: 0 };
  }

  pullImage(image: string): Promise<ImageObservation> {
    return this.imageStatus(image);
  }

  async images(): Promise<readonly ImageObservation[]> {
    return [];
  }

  async removeImage(): Promise<void> {}

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    const id = `simulated://${this.#options.nodeName}-${++this.#serial}`;
    const observation: ContainerObservation = {
      id,
      sandboxId,
      name: config.name,
      attempt: config.attempt,
      state: "created",
      image: config.imageName,
      imageRef: config.image,
      createdAt: this.#now(),
      startedAt: 0,
      finishedAt: 0,
      exitCode: 0,
      reason: "",
      message: "",
      logPath: `${sandbox.logDirectory}/${config.logPath}`,
      labels: config.labels,
      annotations: config.annotations,
    };
    this.#containers.set(id, { config, sandbox, observation });
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const container = this.#container(id);
    const observation = { ...container.observation, state: "running", startedAt: this.#now() } as const;
    const { annotations } = container.sandbox;
    const seconds = annotations[EXIT_AFTER];
    const code = Number(annotations[EXIT_CODE] ?? 0);
    const timer =
      seconds === undefined ? undefined : setTimeout(() => this.#end(id, code), timerMs(Number(seconds) * 1000));
    this.#containers.set(id, { ...container, observation, ...(timer ? { timer } : {}) });
    this.#changed(container.sandbox);
  }

  /** Simulated processes react to every signal at once. */
  async stopContainer(id: string): Promise<void> {
    this.#end(id, 0);
  }

  async removeContainer(id: string): Promise<void> {
    this.#end(id, KILLED);
    this.#containers.delete(id);
  }

  async updateContainer(): Promise<void> {}

  async reopenLog(): Promise<void> {}

  /** Probes and hooks of simulated containers succeed. */
  async execSync(id: string) {
    this.#container(id);
    return { exitCode: 0, output: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  }

  async exec(id: string): Promise<ProcessStream> {
    this.#container(id);
    const note = new PassThrough();
    note.end("a simulated container runs no processes\n");
    return { stderr: note, resize() {}, close() {}, exit: Promise.resolve({ code: 1 }) };
  }

  attach(id: string): Promise<ProcessStream> {
    return this.exec(id);
  }

  async dial(): Promise<never> {
    throw new RuntimeError("a simulated pod listens on no port");
  }

  async usage() {
    return [...this.#containers.values()].map(({ observation, sandbox: { pod, annotations } }) => {
      const { id, name, state, startedAt } = observation;
      const milliseconds = state === "running" ? this.#now() - startedAt : 0;
      const cpuNanoseconds = milliseconds * 1e6 * Number(annotations[CPU] ?? 0);
      return { id, pod, name, cpuNanoseconds, memoryWorkingSetBytes: 0 };
    });
  }

  async close(): Promise<void> {
    for (const { timer } of this.#containers.values()) clearTimeout(timer);
  }

  #container(id: string): SimulatedContainer {
    const container = this.#containers.get(id);
    if (!container) throw new RuntimeError(`no container ${id}`, { notFound: true });
    return container;
  }

  #end(id: string, exitCode: number): void {
    const container = this.#containers.get(id);
    if (!container || container.observation.state === "exited") return;
    clearTimeout(container.timer);
    const reason = exitCode === 0 ? "Completed" : "Error";
    const observation = {
      ...container.observation,
      state: "exited",
      exitCode,
      reason,
      finishedAt: this.#now(),
    } as const;
    this.#containers.set(id, { ...container, observation });
    this.#changed(container.sandbox);
  }

  #changed({ pod }: SandboxConfig): void {
    for (const listener of this.#listeners) listener(pod.uid);
  }
}
