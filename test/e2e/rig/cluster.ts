import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, parseKubeconfig } from "../../../cli/kubeconfig.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { type ClientVersion, helmOf, kubectlOf } from "./clients.ts";
import type { Containerd } from "./containerd.ts";
import { type Outcome, runCommand } from "./run-command.ts";

/** What users start `sailplane` with. */
export const launcher = join(import.meta.dirname, "../../../cli/sailplane.mjs");

export interface RunOptions {
  readonly version?: ClientVersion;
  readonly input?: string;
  readonly environment?: Record<string, string>;
  readonly seconds?: number;
}

export interface ClusterOptions {
  /** Absent: a node on the process runtime. */
  readonly agent?: false;
  /** Runs nothing, for tests of what clients see. */
  readonly runtime?: "simulated";
  /** The node runs its pods there, and everything, including kubectl, runs in its network namespace. */
  readonly containerd?: Containerd;
  /** Absent: this machine only. */
  readonly bind?: string;
  /** The port that serves public hosts. */
  readonly ingressPort?: number;
  /** Absent: this repository's. */
  readonly launcher?: string;
  /** Further options of `sailplane up`. */
  readonly options?: readonly string[];
}

/** A machine with an otherwise full disk would evict every pod, which is not what tests are about. */
export const EVICTS_NOTHING: readonly string[] = ["--eviction-hard", "memory.available<1Mi"];

/** A control plane and a node, started and ended like a user would: `sailplane up`, Ctrl-C. */
export class Cluster {
  readonly directory = temporaryDirectory();
  readonly nodeName = "e2e";
  readonly #arguments: readonly string[];
  readonly #containerd: Containerd | undefined;
  readonly #launcher: string;
  #process: ChildProcess | undefined;

  /** What `up` has printed since it was started last. */
  said = "";

  private constructor(options: ClusterOptions, port: number) {
    this.#containerd = options.containerd;
    this.#launcher = options.launcher ?? launcher;
    const runtime = options.containerd ? "cri" : (options.runtime ?? "process");
    const node = ["--runtime", runtime, "--node-name", this.nodeName, ...EVICTS_NOTHING];
    this.#arguments = ["up", "--port", String(port), "--data-dir", this.directory];
    this.#arguments = [...this.#arguments, ...(options.agent === false ? ["--no-agent"] : node)];
    if (options.ingressPort !== undefined)
      this.#arguments = [...this.#arguments, "--ingress", String(options.ingressPort)];
    if (options.options) this.#arguments = [...this.#arguments, ...options.options];
    if (options.bind !== undefined) this.#arguments = [...this.#arguments, "--bind", options.bind];
  }

  static async start(options: ClusterOptions = {}): Promise<Cluster> {
    const cluster = new Cluster(options, await freePort());
    await cluster.up();
    return cluster;
  }

  /** Resolves once `up` reports that everything is ready. */
  async up(further: readonly string[] = []): Promise<void> {
    const [program = "", ...words] = [...this.inside, process.execPath, this.#launcher, ...this.#arguments, ...further];
    const endpoint = this.#containerd && { CONTAINER_RUNTIME_ENDPOINT: `unix://${this.#containerd.socket}` };
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...endpoint } });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      this.said = "";
      const listen = (chunk: Buffer) => {
        this.said += chunk;
        if (this.said.includes("Ctrl-C ends it.")) resolve();
      };
      child.stdout?.on("data", listen);
      child.stderr?.on("data", listen);
      child.once("exit", (code) => reject(new Error(`sailplane up ended with ${code}: ${this.said}`)));
    });
  }

  /** Ctrl-C; resolves with the exit code. */
  async down(): Promise<number | null> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return child?.exitCode ?? null;
    child.kill("SIGINT");
    return new Promise((resolve) => child.once("exit", resolve));
  }

  /** kill -9 of `up`, which includes the agent, and of the control plane under it unless `leave` is set. */
  async crash({ leave = false } = {}): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (!leave) process.kill(this.workerdPid(), "SIGKILL");
    child.kill("SIGKILL");
    await ended;
  }

  /** The process of the control plane itself, which `up` restarts when it dies. */
  workerdPid(): number {
    return JSON.parse(readFileSync(`${this.directory}/lock`, "utf8")).child;
  }

  /** The process of `up` itself. */
  get supervisorPid(): number {
    return this.#process?.pid ?? Number.NaN;
  }

  /** Containers outlive their agent, so they are removed first. */
  async remove(): Promise<void> {
    if (this.#arguments.includes("--node-name") && this.#process?.exitCode === null) {
      await this.kubectl(
        "delete deployments,replicasets,jobs,pods --all --all-namespaces --grace-period=1 --timeout=20s",
      );
    }
    await this.down();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  kubectl(command: string | readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.#run(kubectlOf(options.version ?? "v36"), command, options);
  }

  helm(command: string | readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.#run(helmOf(options.version ?? "v36"), command, options);
  }

  /** The output of kubectl; throws its error output if it fails. */
  async output(command: string | readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(command, options);
    if (code !== 0) throw new Error(`kubectl ${[command].flat().join(" ")} ended with ${code}: ${stderr}${stdout}`);
    return stdout;
  }

  /** A long-running kubectl, such as `get -w`. */
  follow(command: string, options: RunOptions = {}): Follower {
    const [first = "", ...words] = [...this.inside, kubectlOf(options.version ?? "v36"), ...command.split(" ")];
    return new Follower(spawn(first, words, { env: this.#environment(options) }));
  }

  /** The prefix that makes a command run in the cluster's network namespace. */
  get inside(): readonly string[] {
    return this.#containerd?.inside ?? [];
  }

  #environment({ environment }: RunOptions): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KUBECONFIG: `${this.directory}/kubeconfig`,
      KUBECACHEDIR: `${this.directory}/kubectl-cache`,
      ...environment,
    };
  }

  #run(program: string, command: string | readonly string[], options: RunOptions): Promise<Outcome> {
    const words = typeof command === "string" ? command.split(" ") : command;
    return runCommand([...this.inside, program, ...words], {
      env: this.#environment(options),
      seconds: options.seconds ?? 60,
      ...(options.input !== undefined && { input: options.input }),
    });
  }
}

/** The output of a long-running command. */
export class Follower {
  readonly #child: ChildProcess;
  said = "";

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on("data", (chunk) => {
      this.said += chunk;
    });
  }

  /** Waits until its output matches; throws with its actual output otherwise. */
  async until(pattern: RegExp, seconds = 20): Promise<string> {
    const end = Date.now() + seconds * 1000;
    while (!pattern.test(this.said)) {
      if (Date.now() > end) throw new Error(`no ${pattern} within ${seconds} s in: ${this.said}`);
      await sleep(20);
    }
    return this.said;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** The cluster's address, and its administrator's credentials. */
export function credentialsOf(cluster: Cluster): Connection {
  const found = parseKubeconfig(readFileSync(`${cluster.directory}/kubeconfig`, "utf8"));
  if (!found) throw new Error("the cluster has no kubeconfig");
  return found;
}
