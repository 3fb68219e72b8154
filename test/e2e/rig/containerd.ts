import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ociImage } from "./oci-image.ts";

const packages = "containerd runc containernetworking-plugins busybox-static iproute2";

/** Why this machine cannot run containers in a network namespace; undefined if it can. */
export function whyNoContainerd(): string | undefined {
  if (process.platform !== "linux") return "containers need Linux";
  if (process.getuid?.() !== 0) return "containers in network namespaces need root";
  const absent = ["containerd", "runc", "ip", "nsenter"].filter((name) => spawnSync("which", [name]).status !== 0);
  const missing = [...absent, ...["/usr/lib/cni/bridge", "/bin/busybox"].filter((path) => !existsSync(path))];
  return missing.length > 0 ? `${missing.join(", ")} missing: apt-get install -y ${packages}` : undefined;
}

export interface ContainerdOptions {
  /** Distinguishes several in one test. */
  readonly name?: string;
  /** Without a network; the caller provides one. */
  readonly network?: false;
}

/** A containerd for a test, in a network namespace of its own, with the images `localhost/busybox:1` and `greeter:1`. */
export class Containerd {
  readonly directory = mkdtempSync(join(tmpdir(), "sailplane-containerd-"));
  readonly socket = join(this.directory, "containerd.sock");
  readonly namespace: string;
  #process: ChildProcess | undefined;

  private constructor({ name }: ContainerdOptions) {
    this.namespace = `sailplane-${process.pid}${name ? `-${name}` : ""}`;
  }

  /** The prefix that makes a command run inside. */
  get inside(): readonly string[] {
    return ["nsenter", `--net=/var/run/netns/${this.namespace}`];
  }

  static async start(options: ContainerdOptions = {}): Promise<Containerd> {
    const containerd = new Containerd(options);
    const { directory, namespace } = containerd;
    execFileSync("ip", ["netns", "add", namespace]);
    execFileSync("ip", ["-n", namespace, "link", "set", "lo", "up"]);
    mkdirSync(join(directory, "cni"));
    if (options.network !== false) writeFileSync(join(directory, "cni/10-bridge.conflist"), networkOf());
    writeFileSync(join(directory, "config.toml"), configOf(directory));
    await containerd.#run();
    containerd.#importImages();
    return containerd;
  }

  async #run(): Promise<void> {
    const [program = "", ...words] = [...this.inside, "containerd", "-c", join(this.directory, "config.toml")];
    this.#process = spawn(program, words, { stdio: "ignore" });
    for (let i = 0; i < 100 && !this.#ctr("version"); i++) await sleep(50);
  }

  /** kill -9, and another in its place; containers keep running meanwhile. */
  async restart(): Promise<void> {
    const child = this.#process;
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    child?.kill("SIGKILL");
    await ended;
    await this.#run();
  }

  stop(): void {
    for (const task of this.#list("tasks", "list", "-q"))
      this.#ctr("-n", "k8s.io", "tasks", "kill", "-s", "KILL", task);
    this.#process?.kill("SIGKILL");
    for (const shim of this.#shims()) process.kill(shim, "SIGKILL");
    spawnSync("ip", ["netns", "del", this.namespace]);
    // Mounts of containers that were cut off.
    for (const line of readFileSync("/proc/mounts", "utf8").split("\n").reverse()) {
      const path = line.split(" ")[1];
      if (path?.startsWith(this.directory)) spawnSync("umount", ["-l", path]);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The parents of containers, which keep running without containerd. */
  #shims(): number[] {
    const words = (pid: string) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      } catch {
        return [];
      }
    };
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name) && words(name).includes(this.socket))
      .filter((pid) => words(pid)[0]?.includes("containerd-shim"))
      .map(Number);
  }

  importImage(image: Buffer): void {
    const file = join(this.directory, "image.tar");
    writeFileSync(file, image);
    if (!this.#ctr("-n", "k8s.io", "images", "import", file)) throw new Error("the image cannot be imported");
    rmSync(file);
  }

  #importImages(): void {
    const busybox = { path: "bin/busybox", bytes: readFileSync("/bin/busybox") };
    const applets = execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" }).trim().split("\n");
    const links = applets.map((name) => ({ path: `bin/${name}`, link: "busybox" }));
    const files = [busybox, ...links.filter(({ path }) => path !== busybox.path), { path: "tmp/", directory: true }];
    this.importImage(ociImage("localhost/busybox:1", files, { Cmd: ["/bin/sh"] }));
    this.importImage(
      ociImage("localhost/greeter:1", files, { Entrypoint: ["/bin/echo", "greeter"], Cmd: ["of the image"] }),
    );
    this.importImage(ociImage("localhost/pause:1", [busybox], { Entrypoint: ["/bin/busybox", "sleep", "1000000"] }));
  }

  #ctr(...words: string[]): boolean {
    return spawnSync("ctr", ["-a", this.socket, ...words]).status === 0;
  }

  #list(...words: string[]): string[] {
    const { stdout } = spawnSync("ctr", ["-a", this.socket, "-n", "k8s.io", ...words], { encoding: "utf8" });
    return (stdout ?? "").split("\n").filter(Boolean);
  }
}

const networkOf = (): string =>
  JSON.stringify({
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: false,
        ipam: { type: "host-local", ranges: [[{ subnet: "10.88.0.0/24" }]], routes: [{ dst: "0.0.0.0/0" }] },
      },
    ],
  });

/**
 * restrict_oom_score_adj and disable_apparmor: for machines that are containers themselves.
 * netns_mounts_under_state_dir: the network namespaces of pods are removed with the directory.
 */
const configOf = (directory: string): string => `version = 2
root = "${directory}/root"
state = "${directory}/state"
[grpc]
  address = "${directory}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${directory}/cni"
`;
