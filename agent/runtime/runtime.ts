/**
 * What the agent asks of the thing that runs containers. `process` and `cri` implement it, and one contract suite
 * (runtime.contract.ts) holds both to it. Times are milliseconds since the epoch; 0 means "not yet".
 *
 * A runtime keeps its own state across a restart of the agent: `observe` is the truth, nothing else is remembered.
 */
import type { Duplex } from "node:stream";
import type { ContainerConfig, ContainerResources } from "./container.ts";
import type { ImageObservation, RegistryCredentials } from "./image.ts";
import type { Observation } from "./observation.ts";
import type { ExecRequest, ProcessStream } from "./process-stream.ts";
import type { RuntimeFeatures } from "./runtime-features.ts";
import type { SandboxConfig } from "./sandbox.ts";
import type { ContainerUsage } from "./usage.ts";

/** How the runtime names control groups: by path, or as systemd's slices. */
export type CgroupDriver = "cgroupfs" | "systemd";

/** Where a runtime looks for CNI: its configurations, and the programs that they name. */
export interface NetworkDirectories {
  readonly configurations: string;
  readonly plugins: string;
}

export interface ExecResult {
  readonly exitCode: number;
  /** Of both streams. */
  readonly output: Buffer;
  readonly stderr: Buffer;
}

export interface Runtime {
  /** The scheme of container ids: `containerd`, `cri-o`, `process`. */
  readonly scheme: string;
  /** False where containers share the machine with everything else. */
  readonly isolates: boolean;
  /** True where nothing runs that could be asked: probes and hooks then succeed unasked. */
  readonly simulates?: boolean;
  readonly features?: RuntimeFeatures;
  /** Containers may be given devices by their CDI names. */
  readonly takesCdiDevices?: boolean;
  /** When it last answered anything, by `steadyNow`; absent: it always does. */
  answeredAt?(): number;
  version(): Promise<{ readonly name: string; readonly version: string }>;
  /** All that this runtime runs for the agent, or for one pod by uid. */
  observe(uid?: string): Promise<Observation>;
  /** Calls when the state of a pod may have changed, by uid; "" means any. Answers how to stop. */
  onChange(listener: (uid: string) => void): () => void;

  runSandbox(config: SandboxConfig): Promise<string>;
  /** Kills what still runs in it. Stopping twice, or what is gone, is no error; so for all stops and removes. */
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;

  imageStatus(image: string): Promise<ImageObservation | undefined>;
  pullImage(image: string, credentials?: RegistryCredentials): Promise<ImageObservation>;
  images(): Promise<readonly ImageObservation[]>;
  removeImage(id: string): Promise<void>;
  /** Ids and names of images that some container is of, whoever's; absent: not to be told. */
  imagesInUse?(): Promise<ReadonlySet<string>>;
  /** Where images are kept; absent: nowhere of its own. */
  imageDirectory?(): Promise<string | undefined>;

  /** `sandbox` is what `runSandbox` was given: CRI wants it again. */
  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string>;
  /** How what it makes of this is not what was asked for, in words for the pod's owner; absent: it never is. */
  remarkOn?(config: ContainerConfig): string | undefined;
  startContainer(id: string): Promise<void>;
  /** The stop signal, then KILL after the grace; settles when the container has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  updateContainer(id: string, resources: ContainerResources): Promise<void>;
  /** Asks the runtime to open the container's log file anew, after a rotation. */
  reopenLog(id: string): Promise<void>;

  /** Fails with {@link ExecTimeout} after the timeout. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  exec(id: string, request: ExecRequest): Promise<ProcessStream>;
  attach(id: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream>;
  /** A connection to a port of the pod's address: `hostAddress` where its network is the machine's, whose loopback is not the pod's. */
  dial(sandboxId: string, port: number, hostAddress?: string): Promise<Duplex>;
  /**
   * A connection whose other end serves `kubectl port-forward` inside the sandbox, where programs may listen on loopback only:
   * SPDY/3.1. Absent: the agent ends it, and dials.
   */
  forwardPorts?(sandboxId: string): Promise<Duplex>;

  /** Mounts an image's files, which nobody may change, at a directory; absent: it cannot. */
  mountImage?(image: string, directory: string): Promise<void>;
  unmountImage?(directory: string): Promise<void>;

  /** Absent: pods have no control groups. */
  readonly cgroupDriver?: CgroupDriver;

  /** Absent: pods have no network of their own. */
  networkDirectories?(): Promise<NetworkDirectories>;

  usage(uid?: string): Promise<readonly ContainerUsage[]>;
  /** Lets go of the runtime; containers go on. */
  close(): Promise<void>;
}
