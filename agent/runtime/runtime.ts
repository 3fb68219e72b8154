/**
 * The interface to whatever runs containers. `process` and `cri` implement it, and one contract suite
 * (runtime.contract.ts) is run on both. Times are milliseconds since the epoch; 0 means "not yet".
 *
 * A runtime keeps its own state across restarts of the agent: `observe` is the truth, and nothing else is remembered.
 */
import type { Duplex } from "node:stream";
import type { ContainerConfig, ContainerResources } from "./container.ts";
import type { ImageObservation, RegistryCredentials } from "./image.ts";
import type { Observation } from "./observation.ts";
import type { OperationCount } from "./operation-counts.ts";
import type { ExecRequest, ProcessStream } from "./process-stream.ts";
import type { RuntimeFeatures } from "./runtime-features.ts";
import type { SandboxConfig, SandboxProcess } from "./sandbox.ts";
import type { ContainerUsage } from "./usage.ts";

/** How the runtime names cgroups: by path, or as systemd slices. */
export type CgroupDriver = "cgroupfs" | "systemd";

/** Where a runtime looks for CNI: configurations, and plugins. */
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
  /** False if containers share the machine with everything else. */
  readonly isolates: boolean;
  /** True if nothing really runs: probes and hooks then succeed without being carried out. */
  readonly simulates?: boolean;
  readonly features?: RuntimeFeatures;
  /** Whether containers can be given devices by CDI name. */
  readonly takesCdiDevices?: boolean;
  /** When it last responded, by `steadyNow`; absent: it always does. */
  respondedAt?(): number;
  /** How its operations have been called; absent: it has no operations. */
  operations?(): readonly OperationCount[];
  version(): Promise<{ readonly name: string; readonly version: string }>;
  /** Everything that this runtime runs for the agent, or for one pod by uid. */
  observe(uid?: string): Promise<Observation>;
  /** Calls when the state of a pod may have changed, by uid; "" means any. Returns how to stop. */
  onChange(listener: (uid: string) => void): () => void;

  runSandbox(config: SandboxConfig): Promise<string>;
  /**
   * Kills what is still running in it. Stopping twice, or stopping what is gone, is no error; this holds for all stops
   * and removes.
   */
  stopSandbox(id: string): Promise<void>;
  removeSandbox(id: string): Promise<void>;

  imageStatus(image: string): Promise<ImageObservation | undefined>;
  /** The signal cancels it. */
  pullImage(image: string, credentials?: RegistryCredentials, signal?: AbortSignal): Promise<ImageObservation>;
  images(): Promise<readonly ImageObservation[]>;
  removeImage(id: string): Promise<void>;
  /** Ids and names of images that any container uses, whoever's; absent: unknown. */
  imagesInUse?(): Promise<ReadonlySet<string>>;
  /** Where images are kept; absent: on the same disk as everything else. */
  imageDirectory?(): Promise<string | undefined>;

  /** `sandbox` is the argument of `runSandbox`: CRI requires it again. */
  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig): Promise<string>;
  /** How the container will differ from what was requested, worded for the pod's owner; absent: it never does. */
  remarkOn?(config: ContainerConfig): string | undefined;
  startContainer(id: string): Promise<void>;
  /** Sends the stop signal, then KILL after the grace period; settles when the container has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  updateContainer(id: string, resources: ContainerResources): Promise<void>;
  /** Makes the runtime reopen the container's log file after a rotation. */
  reopenLog(id: string): Promise<void>;

  /** Fails with {@link ExecTimeout} after the timeout. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  exec(id: string, request: ExecRequest): Promise<ProcessStream>;
  attach(id: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream>;
  /**
   * A connection to a port of the pod: through `hostAddress` if it is on the machine's network, whose loopback is not
   * the pod's.
   */
  dial(sandboxId: string, port: number, hostAddress?: string): Promise<Duplex>;
  /**
   * A connection whose other end serves `kubectl port-forward` inside the sandbox, where programs may only listen on
   * loopback: SPDY/3.1. Absent: the agent serves it, and dials.
   */
  forwardPorts?(sandboxId: string): Promise<Duplex>;

  /** Mounts an image's files read-only at a directory; absent: not supported. */
  mountImage?(image: string, directory: string): Promise<void>;
  unmountImage?(directory: string): Promise<void>;

  /** Absent: pods have no cgroups. */
  readonly cgroupDriver?: CgroupDriver;

  /** Absent: pods have no network of their own. */
  networkDirectories?(): Promise<NetworkDirectories>;

  /** A process of each sandbox, as far as the runtime reports them; absent: it never does. */
  sandboxProcesses?(): Promise<readonly SandboxProcess[]>;
  usage(uid?: string): Promise<readonly ContainerUsage[]>;
  /** Disconnects from the runtime; containers go on. */
  close(): Promise<void>;
}
