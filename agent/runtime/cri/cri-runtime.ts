/** Containers by a container runtime that speaks CRI: containerd 1.6 or newer, CRI-O. */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { POD_UID } from "../../pod/labels.ts";
import { keptOutput } from "../kept-output.ts";
import {
  type CgroupDriver,
  type ContainerConfig,
  type ContainerObservation,
  type ContainerResources,
  type ContainerUsage,
  type ExecRequest,
  ExecTimeout,
  type Exit,
  type ImageObservation,
  type NetworkDirectories,
  type Observation,
  type ProcessStream,
  type RegistryCredentials,
  type Runtime,
  RuntimeError,
  type SandboxConfig,
  type SandboxObservation,
} from "../runtime.ts";
import { followExits } from "./containerd-events.ts";
import { CriClient, CriTimeout } from "./cri-client.ts";
import { AGENT_LABEL, criContainer, criResources, criSandbox } from "./cri-config.ts";
import type * as cri from "./cri-messages.ts";
import { openCriStream, openPortForward } from "./cri-stream.ts";

const run = promisify(execFile);

const POLL_MS = 10_000;
/** Without containerd's events the state is looked at this often. */
const BLIND_POLL_MS = 1000;
const EXIT_LOOK_MS = 20;
const EXIT_LOOKS = 25;
const STOP_MARGIN_SECONDS = 60;
const PULL_SECONDS = 3600;
const CTR = "/usr/bin/ctr";

const ms = (nanoseconds: number): number => Math.floor(nanoseconds / 1_000_000);
const newestFirst = (a: { createdAt: number }, b: { createdAt: number }): number => b.createdAt - a.createdAt;
const STATES = {
  CONTAINER_CREATED: "created",
  CONTAINER_RUNNING: "running",
  CONTAINER_EXITED: "exited",
  CONTAINER_UNKNOWN: "unknown",
} as const;

const imageOf = ({ id, repo_tags, repo_digests, size, uid, username, pinned }: cri.Image): ImageObservation => ({
  id,
  ref: repo_digests[0] ?? id,
  names: [...repo_digests, ...repo_tags],
  size,
  ...(uid === null ? {} : { uid: uid.value }),
  ...(username === "" ? {} : { username }),
  ...(pinned ? { pinned } : {}),
});

const userOf = ({ user }: cri.ContainerStatus): Pick<ContainerObservation, "user"> =>
  user?.linux ? { user: { uid: user.linux.uid, gid: user.linux.gid, groups: user.linux.supplemental_groups } } : {};

/** What containerd tells of its configuration; CRI-O tells nothing. */
interface RuntimeConfig {
  readonly cni?: { readonly confDir?: string; readonly binDir?: string; readonly binDirs?: readonly string[] };
  readonly sandboxImage?: string;
  readonly enableCDI?: boolean;
  readonly containerd?: {
    readonly defaultRuntimeName?: string;
    readonly runtimes?: Readonly<Record<string, { readonly options?: { readonly SystemdCgroup?: boolean } }>>;
  };
}

interface Opened {
  readonly socket: string;
  readonly agentId: string;
  readonly version: cri.Version;
  readonly config: RuntimeConfig;
}

/** CRI-O uses systemd's unless it was told otherwise. */
function cgroupDriverOf(runtimeName: string, { containerd }: RuntimeConfig): CgroupDriver {
  if (runtimeName !== "containerd") return "systemd";
  const options = containerd?.runtimes?.[containerd.defaultRuntimeName ?? "runc"]?.options;
  return options?.SystemdCgroup === true ? "systemd" : "cgroupfs";
}

export class CriRuntime implements Runtime {
  readonly isolates = true;
  readonly scheme: string;
  readonly cgroupDriver: CgroupDriver;
  readonly takesCdiDevices: boolean;
  readonly #cri: CriClient;
  readonly #socket: string;
  readonly #agentId: string;
  readonly #version: cri.Version;
  readonly #config: RuntimeConfig;
  readonly #listeners = new Set<(uid: string) => void>();
  /** What has ended does not change any more. */
  readonly #ended = new Map<string, cri.ContainerStatus>();
  /** State by container id, as of the last look, and whose it is. */
  #seen = new Map<string, { readonly uid: string; readonly state: string }>();
  readonly #addresses = new Map<string, readonly string[]>();
  #stopEvents: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  /** Fails where no container runtime answers at the socket. `agentId` tells this agent's pods from those of others. */
  static async open(socket: string, agentId: string): Promise<CriRuntime> {
    const client = new CriClient(socket);
    try {
      const [version, { info }] = await Promise.all([
        client.call("Version", { version: "" }, 3),
        client.call("Status", { verbose: true }, 3),
      ]);
      return new CriRuntime(client, {
        socket,
        agentId,
        version,
        config: JSON.parse(info.config ?? "{}") as RuntimeConfig,
      });
    } catch (error) {
      client.close();
      throw error;
    }
  }

  private constructor(client: CriClient, { socket, agentId, version, config }: Opened) {
    this.#cri = client;
    this.#socket = socket;
    this.#agentId = agentId;
    this.#version = version;
    this.#config = config;
    this.cgroupDriver = cgroupDriverOf(version.runtime_name, config);
    // CRI-O always does; containerd from 1.7 on, where it is told to.
    this.takesCdiDevices = version.runtime_name !== "containerd" || config.enableCDI === true;
    this.scheme = version.runtime_name;
    this.#followEvents();
    this.#pollLater();
  }

  #followEvents(): void {
    if (this.scheme !== "containerd") return;
    this.#stopEvents = followExits(
      this.#cri.address,
      (id) => void this.#exited(id),
      () => {
        this.#stopEvents = undefined;
        if (!this.#closed) setTimeout(() => !this.#closed && this.#followEvents(), BLIND_POLL_MS).unref();
      },
    );
  }

  /** The event comes a moment before CRI knows. */
  async #exited(id: string): Promise<void> {
    for (let look = 0; look < EXIT_LOOKS; look++) {
      const answer = await this.#cri.call("ContainerStatus", { container_id: id }).catch(() => undefined);
      if (answer === undefined) break;
      if (answer.status.state === "CONTAINER_EXITED") {
        this.#tell(answer.status.labels[POD_UID] ?? "");
        return;
      }
      await sleep(EXIT_LOOK_MS);
    }
    await this.#look().catch(() => {});
  }

  #tell(uid: string): void {
    for (const listener of this.#listeners) listener(uid);
  }

  #pollLater(): void {
    if (this.#closed) return;
    this.#timer = setTimeout(
      () =>
        void this.#look()
          .catch(() => {})
          .then(() => this.#pollLater()),
      this.#stopEvents === undefined ? BLIND_POLL_MS : POLL_MS,
    );
  }

  /** Finds what changed without an event. */
  async #look(): Promise<void> {
    const filter = { label_selector: { [AGENT_LABEL]: this.#agentId } };
    const [{ containers }, { items }] = await Promise.all([
      this.#cri.call("ListContainers", { filter }),
      this.#cri.call("ListPodSandbox", { filter }),
    ]);
    const now = new Map(
      [...containers, ...items].map(({ id, labels, state }) => [id, { uid: labels[POD_UID] ?? "", state }]),
    );
    const changed = new Set<string>();
    for (const [id, { uid, state }] of now) if (this.#seen.get(id)?.state !== state) changed.add(uid);
    for (const [id, { uid }] of this.#seen) if (!now.has(id)) changed.add(uid);
    this.#seen = now;
    for (const id of this.#ended.keys()) if (!now.has(id)) this.#ended.delete(id);
    for (const id of this.#addresses.keys()) if (!now.has(id)) this.#addresses.delete(id);
    for (const uid of changed) this.#tell(uid);
  }

  #id(id: string): string {
    const prefix = `${this.scheme}://`;
    return id.startsWith(prefix) ? id.slice(prefix.length) : id;
  }

  async version() {
    return { name: this.#version.runtime_name, version: this.#version.runtime_version };
  }

  async observe(uid?: string): Promise<Observation> {
    const label_selector = { [AGENT_LABEL]: this.#agentId, ...(uid === undefined ? {} : { [POD_UID]: uid }) };
    const [{ items }, { containers }] = await Promise.all([
      this.#cri.call("ListPodSandbox", { filter: { label_selector } }),
      this.#cri.call("ListContainers", { filter: { label_selector } }),
    ]);
    const [sandboxes, observed] = await Promise.all([
      Promise.all(items.map((sandbox) => this.#sandbox(sandbox))),
      Promise.all(containers.map((container) => this.#container(container))),
    ]);
    return {
      sandboxes: sandboxes.sort(newestFirst),
      containers: observed.filter((container) => container !== undefined).sort(newestFirst),
    };
  }

  async #sandbox({
    id,
    metadata,
    state,
    created_at,
    labels,
    annotations,
  }: cri.PodSandbox): Promise<SandboxObservation> {
    const ready = state === "SANDBOX_READY";
    let ips = ready ? this.#addresses.get(id) : [];
    if (ips === undefined) {
      const answer = await this.#cri.call("PodSandboxStatus", { pod_sandbox_id: id }).catch(() => undefined);
      const network = answer?.status.network;
      ips = [network?.ip ?? "", ...(network?.additional_ips ?? []).map(({ ip }) => ip)].filter((ip) => ip !== "");
      this.#addresses.set(id, ips);
    }
    const { namespace, name, uid, attempt } = metadata;
    return { id, pod: { namespace, name, uid }, attempt, ready, createdAt: ms(created_at), ips, labels, annotations };
  }

  async #container({ id, pod_sandbox_id }: cri.Container): Promise<ContainerObservation | undefined> {
    let status = this.#ended.get(id);
    if (status === undefined) {
      // Removed since it was listed.
      const answer = await this.#cri.call("ContainerStatus", { container_id: id }).catch(() => undefined);
      if (answer === undefined) return undefined;
      status = answer.status;
      if (status.state === "CONTAINER_EXITED") this.#ended.set(id, status);
    }
    return {
      id: `${this.scheme}://${id}`,
      sandboxId: pod_sandbox_id,
      name: status.metadata.name,
      attempt: status.metadata.attempt,
      state: STATES[status.state],
      image: status.image?.image ?? "",
      imageRef: status.image_ref,
      // Finer than milliseconds, for the order of creation.
      createdAt: status.created_at / 1_000_000,
      startedAt: ms(status.started_at),
      finishedAt: ms(status.finished_at),
      exitCode: status.exit_code,
      reason: status.reason,
      message: status.message,
      logPath: status.log_path,
      ...userOf(status),
      labels: status.labels,
      annotations: status.annotations,
    };
  }

  onChange(listener: (uid: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const request = { config: criSandbox(config, this.#agentId), runtime_handler: config.handler };
    return (await this.#cri.call("RunPodSandbox", request, 240)).pod_sandbox_id;
  }

  async stopSandbox(id: string): Promise<void> {
    this.#addresses.delete(id);
    await ignoreMissing(this.#cri.call("StopPodSandbox", { pod_sandbox_id: id }));
  }

  async removeSandbox(id: string): Promise<void> {
    await ignoreMissing(this.#cri.call("StopPodSandbox", { pod_sandbox_id: id }));
    await ignoreMissing(this.#cri.call("RemovePodSandbox", { pod_sandbox_id: id }));
  }

  async imageStatus(image: string): Promise<ImageObservation | undefined> {
    const { image: found } = await this.#cri.call("ImageStatus", { image: { image } });
    return found === null ? undefined : imageOf(found);
  }

  async pullImage(image: string, credentials?: RegistryCredentials): Promise<ImageObservation> {
    const auth =
      credentials === undefined
        ? {}
        : {
            auth: {
              username: credentials.username ?? "",
              password: credentials.password ?? "",
              auth: credentials.auth ?? "",
              server_address: credentials.serverAddress ?? "",
              identity_token: credentials.identityToken ?? "",
            },
          };
    const { image_ref } = await this.#cri.call("PullImage", { image: { image }, ...auth }, PULL_SECONDS);
    const pulled = (await this.imageStatus(image_ref)) ?? (await this.imageStatus(image));
    if (pulled === undefined) throw new RuntimeError(`image "${image}" is not there after it was pulled`);
    return pulled;
  }

  async images(): Promise<readonly ImageObservation[]> {
    const images = (await this.#cri.call("ListImages", {})).images.map(imageOf);
    // containerd pins the image of its sandboxes from 2.0 on.
    const { sandboxImage } = this.#config;
    return images.map((image) =>
      sandboxImage !== undefined && image.names.includes(sandboxImage) ? { ...image, pinned: true } : image,
    );
  }

  async imagesInUse(): Promise<ReadonlySet<string>> {
    const { containers } = await this.#cri.call("ListContainers", {});
    return new Set(containers.flatMap(({ image, image_ref }) => [image?.image ?? "", image_ref]));
  }

  async imageDirectory(): Promise<string | undefined> {
    const { image_filesystems } = await this.#cri.call("ImageFsInfo", {});
    return image_filesystems[0]?.fs_id?.mountpoint;
  }

  async removeImage(id: string): Promise<void> {
    await ignoreMissing(this.#cri.call("RemoveImage", { image: { image: id } }));
  }

  /** CRI has no call for it before containerd 2.1; containerd's own client can. */
  async mountImage(image: string, directory: string): Promise<void> {
    if (this.scheme !== "containerd" || !existsSync(CTR))
      throw new RuntimeError(`image volumes need containerd and ${CTR} on the node`);
    const found = await this.imageStatus(image);
    await this.#ctr("images", "mount", found?.names.at(-1) ?? image, directory);
  }

  async unmountImage(directory: string): Promise<void> {
    await this.#ctr("images", "unmount", "--rm", directory);
  }

  async #ctr(...words: string[]): Promise<void> {
    try {
      await run(CTR, ["-a", this.#socket, "-n", "k8s.io", ...words]);
    } catch (error) {
      throw new RuntimeError((error as { stderr?: string }).stderr?.trim() || (error as Error).message);
    }
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    const { pidTarget } = config.security;
    const security = pidTarget === undefined ? config.security : { ...config.security, pidTarget: this.#id(pidTarget) };
    const { container_id } = await this.#cri.call("CreateContainer", {
      pod_sandbox_id: sandboxId,
      config: criContainer({ ...config, security }, sandbox, this.#agentId),
      sandbox_config: criSandbox(sandbox, this.#agentId),
    });
    return `${this.scheme}://${container_id}`;
  }

  async startContainer(id: string): Promise<void> {
    await this.#cri.call("StartContainer", { container_id: this.#id(id) });
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const request = { container_id: this.#id(id), timeout: graceSeconds };
    await ignoreMissing(this.#cri.call("StopContainer", request, graceSeconds + STOP_MARGIN_SECONDS));
  }

  async removeContainer(id: string): Promise<void> {
    await this.stopContainer(id, 0);
    await ignoreMissing(this.#cri.call("RemoveContainer", { container_id: this.#id(id) }));
  }

  async updateContainer(id: string, resources: ContainerResources): Promise<void> {
    await this.#cri.call("UpdateContainerResources", { container_id: this.#id(id), linux: criResources(resources) });
  }

  async reopenLog(id: string): Promise<void> {
    await this.#cri.call("ReopenContainerLog", { container_id: this.#id(id) });
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number) {
    const request = { container_id: this.#id(id), cmd: command, timeout: timeoutSeconds };
    try {
      const answer = await this.#cri.call(
        "ExecSync",
        request,
        timeoutSeconds === 0 ? PULL_SECONDS : timeoutSeconds + 10,
      );
      return { exitCode: answer.exit_code, output: Buffer.concat([answer.stdout, answer.stderr]) };
    } catch (error) {
      if (error instanceof CriTimeout) throw new ExecTimeout(error.message);
      throw error;
    }
  }

  async exec(id: string, request: ExecRequest): Promise<ProcessStream> {
    const { command, ...streams } = request;
    // containerd 1.6 lets a command's input end with its output, and waits for ever for one that left input unread; its own client
    // does neither.
    if (streams.stdin && !streams.tty && this.scheme === "containerd" && existsSync(CTR))
      return this.#execWithCtr(id, request);
    const { url } = await this.#cri.call("Exec", { container_id: this.#id(id), cmd: command, ...streams });
    return openCriStream(url, streams);
  }

  async #execWithCtr(id: string, { command, stdout, stderr }: ExecRequest): Promise<ProcessStream> {
    const words = ["task", "exec", "--exec-id", randomUUID(), this.#id(id), ...command];
    const child = spawn(CTR, ["-a", this.#socket, "-n", "k8s.io", ...words], { stdio: "pipe" });
    child.stdin.on("error", () => {});
    if (!stdout) child.stdout.resume();
    if (!stderr) child.stderr.resume();
    const exit = new Promise<Exit>((resolve) => child.once("close", (code) => resolve({ code: code ?? 137 })));
    return {
      stdin: child.stdin,
      ...(stdout ? { stdout: keptOutput(child.stdout) } : {}),
      ...(stderr ? { stderr: keptOutput(child.stderr) } : {}),
      resize: () => {},
      close: () => child.kill("SIGTERM"),
      exit,
    };
  }

  async attach(id: string, streams: Omit<ExecRequest, "command">): Promise<ProcessStream> {
    const { url } = await this.#cri.call("Attach", { container_id: this.#id(id), ...streams });
    return openCriStream(url, streams);
  }

  async dial(sandboxId: string, port: number): Promise<Duplex> {
    const { status } = await this.#cri.call("PodSandboxStatus", { pod_sandbox_id: sandboxId });
    const socket = connect({ host: status.network?.ip || "127.0.0.1", port, allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", (error) => reject(new RuntimeError(error.message)));
    });
    return socket;
  }

  async forwardPorts(sandboxId: string): Promise<Duplex> {
    const { url } = await this.#cri.call("PortForward", { pod_sandbox_id: sandboxId, port: [] });
    return openPortForward(url);
  }

  /** containerd says where; CRI-O has the usual places. */
  async networkDirectories(): Promise<NetworkDirectories> {
    const { info } = await this.#cri.call("Status", { verbose: true });
    const { cni } = JSON.parse(info.config ?? "{}") as RuntimeConfig;
    return {
      configurations: cni?.confDir ?? "/etc/cni/net.d",
      plugins: cni?.binDir || (cni?.binDirs?.[0] ?? "/opt/cni/bin"),
    };
  }

  async usage(uid?: string): Promise<readonly ContainerUsage[]> {
    const label_selector = { [AGENT_LABEL]: this.#agentId, ...(uid === undefined ? {} : { [POD_UID]: uid }) };
    const { stats } = await this.#cri.call("ListContainerStats", { filter: { label_selector } });
    return stats.map(({ attributes, cpu, memory, writable_layer }) => ({
      id: `${this.scheme}://${attributes.id}`,
      pod: {
        namespace: attributes.labels["io.kubernetes.pod.namespace"] ?? "",
        name: attributes.labels["io.kubernetes.pod.name"] ?? "",
        uid: attributes.labels[POD_UID] ?? "",
      },
      name: attributes.metadata.name,
      cpuNanoseconds: cpu?.usage_core_nano_seconds?.value ?? 0,
      memoryWorkingSetBytes: memory?.working_set_bytes?.value ?? 0,
      ...(memory?.rss_bytes && { memoryResidentBytes: memory.rss_bytes.value }),
      ...(memory?.page_faults && {
        pageFaults: { all: memory.page_faults.value, major: memory.major_page_faults?.value ?? 0 },
      }),
      diskBytes: writable_layer?.used_bytes?.value ?? 0,
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stopEvents?.();
    this.#cri.close();
  }
}

async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RuntimeError) || !error.notFound) throw error;
  }
}
