/** Containers run by a container runtime that speaks CRI: containerd 1.6 or newer, CRI-O. */

import type { Duplex } from "node:stream";
import { hasUnifiedCgroups } from "../cgroup-version.ts";
import type { ContainerConfig, ContainerResources } from "../container.ts";
import { dialPort } from "../dial-port.ts";
import type { ImageObservation, RegistryCredentials } from "../image.ts";
import { POD_UID } from "../labels.ts";
import type { Observation } from "../observation.ts";
import type { OperationCount } from "../operation-counts.ts";
import type { ExecRequest, ProcessStream } from "../process-stream.ts";
import type { CgroupDriver, NetworkDirectories, Runtime } from "../runtime.ts";
import { ExecTimeout, RuntimeError } from "../runtime-error.ts";
import type { RuntimeFeatures } from "../runtime-features.ts";
import type { SandboxConfig, SandboxProcess } from "../sandbox.ts";
import type { ContainerUsage } from "../usage.ts";
import { usageOfRunning } from "./container-usage.ts";
import { CriChanges } from "./cri-changes.ts";
import { CriClient, CriTimeout, ignoreMissing } from "./cri-client.ts";
import { AGENT_LABEL, type CriNode, criContainer, criResources, criSandbox } from "./cri-config.ts";
import { CriImages } from "./cri-images.ts";
import type * as cri from "./cri-messages.ts";
import { CriObserver } from "./cri-observer.ts";
import { openCriStream, openPortForward } from "./cri-stream.ts";
import { CTR, ctr, endAdrift, execWithCtr, hasCtr, isAdrift } from "./ctr.ts";
import { removeEarlierSandboxes } from "./earlier-sandboxes.ts";
import {
  cgroupDriverOf,
  configOf,
  featuresOf,
  networkDirectoriesOf,
  readRuntimeStatus,
  takesCdiDevices,
} from "./runtime-config.ts";
import { SandboxProcesses } from "./sandbox-processes.ts";
import { SeenStates } from "./seen-states.ts";

const OPEN_SECONDS = 3;
const SANDBOX_SECONDS = 240;
const STOP_MARGIN_SECONDS = 60;
/**
 * The kubelet's runtimeRequestTimeout. The runtime enforces the command's own timeout; a slow runtime is no slow
 * command.
 */
const EXEC_MARGIN_SECONDS = 120;
/** For a command without a timeout. */
const UNLIMITED_SECONDS = 3600;

interface Opened {
  readonly socket: string;
  readonly agentId: string;
  readonly version: cri.Version;
  readonly status: cri.RuntimeStatus;
}

export class CriRuntime implements Runtime {
  readonly isolates = true;
  readonly scheme: string;
  readonly cgroupDriver: CgroupDriver;
  readonly takesCdiDevices: boolean;
  readonly features: RuntimeFeatures;
  readonly #cri: CriClient;
  readonly #socket: string;
  readonly #node: CriNode;
  readonly #images: CriImages;
  readonly #seen = new SeenStates();
  readonly #observer: CriObserver;
  readonly #changes: CriChanges;
  readonly #processes: SandboxProcesses;

  /**
   * Fails if no container runtime responds at the socket. `agentId` distinguishes this agent's pods from those of
   * others.
   */
  static async open(socket: string, agentId: string): Promise<CriRuntime> {
    const client = new CriClient(socket);
    try {
      const [version, status] = await Promise.all([
        client.call("Version", { version: "" }, OPEN_SECONDS),
        readRuntimeStatus(client, OPEN_SECONDS),
      ]);
      return new CriRuntime(client, { socket, agentId, version, status });
    } catch (error) {
      await client.close();
      throw error;
    }
  }

  private constructor(client: CriClient, { socket, agentId, version, status }: Opened) {
    const scheme = version.runtime_name;
    const config = configOf(status);
    this.#cri = client;
    this.#socket = socket;
    this.#node = { agentId, hasUnifiedCgroups: hasUnifiedCgroups() };
    this.scheme = scheme;
    this.cgroupDriver = cgroupDriverOf(scheme, config);
    this.takesCdiDevices = takesCdiDevices(scheme, config);
    this.features = featuresOf(status);
    this.#images = new CriImages(client, config.sandboxImage);
    this.#observer = new CriObserver(client, { scheme, agentId, seen: this.#seen });
    this.#processes = new SandboxProcesses(client, { [AGENT_LABEL]: agentId });
    this.#changes = new CriChanges(client, {
      agentId,
      hasEvents: scheme === "containerd",
      seen: this.#seen,
      onLook: (ids) => this.#observer.retainOnly(ids),
    });
  }

  #id(id: string): string {
    const prefix = `${this.scheme}://`;
    return id.startsWith(prefix) ? id.slice(prefix.length) : id;
  }

  respondedAt(): number {
    return this.#cri.respondedAt;
  }

  operations(): readonly OperationCount[] {
    return this.#cri.operations.all;
  }

  async version() {
    const { runtime_name: name, runtime_version: version } = await this.#cri.call(
      "Version",
      { version: "" },
      OPEN_SECONDS,
    );
    return { name, version };
  }

  observe(uid?: string): Promise<Observation> {
    return this.#observer.observe(uid);
  }

  onChange(listener: (uid: string) => void): () => void {
    return this.#changes.listen(listener);
  }

  async runSandbox(config: SandboxConfig): Promise<string> {
    const request = { config: criSandbox(config, this.#node.agentId), runtime_handler: config.handler };
    const run = () => this.#cri.call("RunPodSandbox", request, SANDBOX_SECONDS);
    const { pod_sandbox_id } = await run().catch(async (error: Error) => {
      if (!(await removeEarlierSandboxes(this.#cri, { uid: config.pod.uid, agentId: this.#node.agentId }))) throw error;
      return run();
    });
    this.#seen.made(pod_sandbox_id, { uid: config.pod.uid, kind: "sandbox" });
    return pod_sandbox_id;
  }

  async stopSandbox(id: string): Promise<void> {
    this.#observer.deleteAddresses(id);
    await this.#seen.ending(id, ignoreMissing(this.#cri.call("StopPodSandbox", { pod_sandbox_id: id })));
  }

  /** The runtime ends what is still running in it, as CRI specifies; the same goes for a container. */
  async removeSandbox(id: string): Promise<void> {
    await ignoreMissing(this.#cri.call("RemovePodSandbox", { pod_sandbox_id: id }));
  }

  imageStatus(image: string): Promise<ImageObservation | undefined> {
    return this.#images.find(image);
  }

  pullImage(image: string, credentials?: RegistryCredentials, signal?: AbortSignal): Promise<ImageObservation> {
    return this.#images.pull(image, credentials, signal);
  }

  images(): Promise<readonly ImageObservation[]> {
    return this.#images.list();
  }

  imagesInUse(): Promise<ReadonlySet<string>> {
    return this.#images.inUse();
  }

  imageDirectory(): Promise<string | undefined> {
    return this.#images.directory();
  }

  removeImage(id: string): Promise<void> {
    return this.#images.remove(id);
  }

  /** CRI has no call for it before containerd 2.1; containerd's own client can do it. */
  async mountImage(image: string, directory: string): Promise<void> {
    if (!hasCtr(this.scheme)) throw new RuntimeError(`image volumes need containerd and ${CTR} on the node`);
    const found = await this.imageStatus(image);
    await ctr(this.#socket, "images", "mount", found?.names.at(-1) ?? image, directory);
  }

  async unmountImage(directory: string): Promise<void> {
    await ctr(this.#socket, "images", "unmount", "--rm", directory);
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string> {
    const { pidTarget } = config.security;
    const security = pidTarget === undefined ? config.security : { ...config.security, pidTarget: this.#id(pidTarget) };
    const { container_id } = await this.#cri.call("CreateContainer", {
      pod_sandbox_id: sandboxId,
      config: criContainer({ ...config, security }, sandbox, this.#node),
      sandbox_config: criSandbox(sandbox, this.#node.agentId),
    });
    this.#seen.made(container_id, { uid: sandbox.pod.uid, kind: "container" });
    return `${this.scheme}://${container_id}`;
  }

  async startContainer(id: string): Promise<void> {
    await this.#cri.call("StartContainer", { container_id: this.#id(id) });
  }

  async stopContainer(id: string, graceSeconds: number): Promise<void> {
    const request = { container_id: this.#id(id), timeout: graceSeconds };
    const stopped = ignoreMissing(this.#cri.call("StopContainer", request, graceSeconds + STOP_MARGIN_SECONDS));
    await this.#seen.ending(this.#id(id), stopped);
  }

  async removeContainer(id: string): Promise<void> {
    const remove = () => ignoreMissing(this.#cri.call("RemoveContainer", { container_id: this.#id(id) }));
    try {
      await remove();
    } catch (error) {
      if (!isAdrift(error as Error) || !hasCtr(this.scheme)) throw error;
      await endAdrift(this.#socket, this.#id(id));
      await remove();
    }
  }

  async updateContainer(id: string, resources: ContainerResources): Promise<void> {
    await this.#cri.call("UpdateContainerResources", {
      container_id: this.#id(id),
      linux: criResources(resources, this.#node),
    });
  }

  async reopenLog(id: string): Promise<void> {
    await this.#cri.call("ReopenContainerLog", { container_id: this.#id(id) });
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number) {
    const request = { container_id: this.#id(id), cmd: command, timeout: timeoutSeconds };
    try {
      const response = await this.#cri.call(
        "ExecSync",
        request,
        timeoutSeconds === 0 ? UNLIMITED_SECONDS : timeoutSeconds + EXEC_MARGIN_SECONDS,
      );
      const { exit_code: exitCode, stdout, stderr } = response;
      return { exitCode, output: Buffer.concat([stdout, stderr]), stderr: Buffer.from(stderr) };
    } catch (error) {
      if (error instanceof CriTimeout) throw new ExecTimeout(error.message);
      throw error;
    }
  }

  async exec(id: string, request: ExecRequest): Promise<ProcessStream> {
    const { command, ...streams } = request;
    // containerd 1.6 ends a command's input with its output, and waits forever for a command that left input unread;
    // its own client does neither.
    if (streams.stdin && !streams.tty && hasCtr(this.scheme)) return execWithCtr(this.#socket, this.#id(id), request);
    const { url } = await this.#cri.call("Exec", { container_id: this.#id(id), cmd: command, ...streams });
    return openCriStream(url, streams);
  }

  async attach(id: string, streams: Omit<ExecRequest, "command">): Promise<ProcessStream> {
    const { url } = await this.#cri.call("Attach", { container_id: this.#id(id), ...streams });
    return openCriStream(url, streams);
  }

  async dial(sandboxId: string, port: number, hostAddress = "127.0.0.1"): Promise<Duplex> {
    const { status } = await this.#cri.call("PodSandboxStatus", { pod_sandbox_id: sandboxId });
    return dialPort(status.network?.ip || hostAddress, port);
  }

  async forwardPorts(sandboxId: string): Promise<Duplex> {
    const { url } = await this.#cri.call("PortForward", { pod_sandbox_id: sandboxId, port: [] });
    return openPortForward(url);
  }

  /** The current configuration: a network may be set up after the agent has started. */
  async networkDirectories(): Promise<NetworkDirectories> {
    return networkDirectoriesOf(configOf(await readRuntimeStatus(this.#cri)));
  }

  async usage(uid?: string): Promise<readonly ContainerUsage[]> {
    const label_selector = { [AGENT_LABEL]: this.#node.agentId, ...(uid === undefined ? {} : { [POD_UID]: uid }) };
    return usageOfRunning(this.#cri, this.scheme, label_selector);
  }

  sandboxProcesses(): Promise<readonly SandboxProcess[]> {
    return this.#processes.list();
  }

  async close(): Promise<void> {
    this.#changes.close();
    await this.#cri.close();
  }
}
