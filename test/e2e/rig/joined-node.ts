import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { type Cluster, EVICTS_NOTHING, launcher } from "./cluster.ts";
import type { Containerd } from "./containerd.ts";

/** Connects two machines by a wire, on which they have the first two addresses of a network: `192.0.2.1` and `192.0.2.2`. */
export function connectMachines(
  one: Containerd,
  other: Containerd,
  { device = "wire0", network = "192.0.2" }: { readonly device?: string; readonly network?: string } = {},
): void {
  const ip = (...words: string[]) => execFileSync("ip", words);
  ip("link", "add", device, "netns", one.namespace, "type", "veth", "peer", "name", device, "netns", other.namespace);
  for (const [machine, address] of [[one, `${network}.1`] as const, [other, `${network}.2`] as const]) {
    ip("-n", machine.namespace, "address", "add", `${address}/24`, "dev", device);
    ip("-n", machine.namespace, "link", "set", device, "up");
  }
  // A default route that leads nowhere.
  ip("-n", one.namespace, "route", "replace", "default", "via", `${network}.254`);
}

export interface JoinOptions {
  readonly name: string;
  /** The host by which it reaches the control plane. */
  readonly server: string;
  /** The data directory of another cluster of that control plane. */
  readonly directory?: string;
  /** Further options of `sailplane join`. */
  readonly options?: readonly string[];
  /** Limits its disk to this many bytes. */
  readonly diskBytes?: number;
}

/** A machine that joins like a user's does, with the command that `token create` prints. */
export class JoinedNode {
  readonly directory = temporaryDirectory();
  readonly #containerd: Containerd;
  readonly #options: JoinOptions;
  readonly #server: string;
  #process: ChildProcess | undefined;
  said = "";

  constructor(cluster: Cluster, containerd: Containerd, options: JoinOptions) {
    this.#containerd = containerd;
    this.#options = options;
    const words = ["token", "create", "--data-dir", options.directory ?? cluster.directory];
    const [program = "", ...inside] = cluster.inside;
    const printed = execFileSync(program, [...inside, process.execPath, launcher, ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [, server = "", ...flags] = printed.trim().slice(printed.indexOf("join ")).split(" ");
    const url = new URL(server);
    url.hostname = options.server;
    this.#server = url.href.replace(/\/$/, "");
    if (options.diskBytes !== undefined)
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${options.diskBytes}`, "tmpfs", this.directory]);
    this.start(flags);
  }

  /** Starts it again after a crash: a node that has joined needs no token. */
  start(flags: readonly string[] = []): void {
    const { name, options = [] } = this.#options;
    const [first = "", ...inside] = this.#containerd.inside;
    const join = [
      "join",
      this.#server,
      ...flags,
      "--node-name",
      name,
      "--runtime",
      "cri",
      "--data-dir",
      this.directory,
      ...EVICTS_NOTHING,
    ];
    const child = spawn(first, [...inside, process.execPath, launcher, ...join, ...options], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, CONTAINER_RUNTIME_ENDPOINT: `unix://${this.#containerd.socket}` },
    });
    const listen = (chunk: Buffer) => {
      this.said += chunk;
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    this.#process = child;
  }

  get isRunning(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** kill -9 */
  async crash(): Promise<void> {
    const child = this.#process;
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    if (child?.kill("SIGKILL")) await ended;
  }

  async remove(): Promise<void> {
    const child = this.#process;
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    if (this.isRunning && child?.kill("SIGINT")) await ended;
    if (this.#options.diskBytes !== undefined) spawnSync("umount", ["-R", "-l", this.directory]);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
