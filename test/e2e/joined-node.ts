import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import type { Containerd } from "./containerd.ts";

const launcher = join(import.meta.dirname, "../../cli/sailplane.mjs");

/** Two machines on one network, `192.0.2.1` and `192.0.2.2`; the first has a default route, which leads nowhere. */
export function connectMachines(one: Containerd, other: Containerd): void {
  const ip = (...words: string[]) => execFileSync("ip", words);
  ip("link", "add", "wire0", "netns", one.namespace, "type", "veth", "peer", "name", "wire0", "netns", other.namespace);
  for (const [machine, address] of [[one, "192.0.2.1"] as const, [other, "192.0.2.2"] as const]) {
    ip("-n", machine.namespace, "address", "add", `${address}/24`, "dev", "wire0");
    ip("-n", machine.namespace, "link", "set", "wire0", "up");
  }
  ip("-n", one.namespace, "route", "add", "default", "via", "192.0.2.254");
}

export interface JoinOptions {
  readonly name: string;
  /** The host by which it reaches the control plane. */
  readonly server: string;
  /** Of another cluster of that control plane. */
  readonly directory?: string;
}

/** A machine that joins as a user's does, with the command that `token create` prints. */
export class JoinedNode {
  readonly #directory = mkdtempSync(join(tmpdir(), "sailplane-node-"));
  readonly #process: ChildProcess;
  said = "";

  constructor(cluster: Cluster, containerd: Containerd, options: JoinOptions) {
    const words = ["token", "create", "--data-dir", options.directory ?? cluster.directory];
    const [program = "", ...inside] = cluster.inside;
    const printed = execFileSync(program, [...inside, process.execPath, launcher, ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [, server = "", ...flags] = printed.trim().slice(printed.indexOf("join ")).split(" ");
    const url = new URL(server);
    url.hostname = options.server;
    const [first = "", ...more] = containerd.inside;
    this.#process = spawn(
      first,
      [
        ...[...more, process.execPath, launcher, "join", url.href.replace(/\/$/, ""), ...flags],
        ...["--node-name", options.name, "--runtime", "cri", "--data-dir", this.#directory],
      ],
      {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, CONTAINER_RUNTIME_ENDPOINT: `unix://${containerd.socket}` },
      },
    );
    const listen = (chunk: Buffer) => {
      this.said += chunk;
    };
    this.#process.stdout?.on("data", listen);
    this.#process.stderr?.on("data", listen);
  }

  async remove(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    if (this.#process.exitCode === null && this.#process.kill("SIGINT")) await ended;
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
