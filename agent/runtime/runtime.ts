/**
 * What the agent asks of the thing that runs containers. `process` and `cri` implement it, and one contract suite
 * (runtime.contract.ts) holds both to it. Times are milliseconds since the epoch; 0 means "not yet".
 *
 * A runtime keeps its own state across a restart of the agent: `observe` is the truth, nothing else is remembered.
 */
import type { Duplex, Writable } from "node:stream";

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** How the runtime names control groups: by path, or as systemd's slices. */
export type CgroupDriver = "cgroupfs" | "systemd";

/** Whose namespace of a kind a container joins: its own, its pod's, or the machine's. */
export type NamespaceScope = "container" | "pod" | "node";

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP: string;
}

/** Of seccomp or AppArmor. */
export interface SecurityProfile {
  readonly type: "RuntimeDefault" | "Unconfined" | "Localhost";
  readonly localhostRef: string;
}

export interface SeLinuxOptions {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface SandboxConfig {
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly hostname: string;
  /** Where the pod's container logs go; the agent has made it. */
  readonly logDirectory: string;
  /** Absent: the machine's own resolv.conf. */
  readonly dns?: DnsConfig;
  readonly portMappings: readonly PortMapping[];
  readonly network: "pod" | "node";
  readonly ipc: "pod" | "node";
  readonly pid: NamespaceScope;
  readonly cgroupParent: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly seccomp: SecurityProfile;
  readonly seLinux?: SeLinuxOptions;
  /** Name of the runtime's handler for the pod's RuntimeClass; "" is the default. */
  readonly handler: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly propagation: "private" | "hostToContainer" | "bidirectional";
}

export interface Device {
  readonly containerPath: string;
  readonly hostPath: string;
  /** Of `r`, `w` and `m`. */
  readonly permissions: string;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** A user's name, where the image names one instead of a number. */
  readonly runAsUsername?: string;
  readonly supplementalGroups: readonly number[];
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly seccomp: SecurityProfile;
  /** Absent: the runtime's own choice. */
  readonly appArmor?: SecurityProfile;
  readonly seLinux?: SeLinuxOptions;
  readonly pid: NamespaceScope;
  /** The container whose process namespace is joined, for ephemeral containers with a target. */
  readonly pidTarget?: string;
  /** The machine's /proc paths are neither masked nor read-only. */
  readonly unmaskedProc: boolean;
}

/** Linux limits, computed as the kubelet does; 0 means unlimited. */
export interface ContainerResources {
  readonly cpuShares: number;
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  readonly memoryLimit: number;
  readonly oomScoreAdj: number;
  /** In bytes, by the size of a page (bytes). */
  readonly hugePages: ReadonlyMap<number, number>;
}

export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  /** What `pullImage` or `imageStatus` answered as id; the image's name for messages is `imageName`. */
  readonly image: string;
  readonly imageName: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly Device[];
  /** Relative to the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  /** Absent: the image's own, else TERM. */
  readonly stopSignal?: string;
  readonly security: ContainerSecurity;
  readonly resources: ContainerResources;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxObservation {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAt: number;
  /** Empty for pods on the machine's network, and for sandboxes that are not ready. */
  readonly ips: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerObservation {
  /** With the runtime's scheme: `containerd://…`, `process://…`. */
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: "created" | "running" | "exited" | "unknown";
  readonly image: string;
  readonly imageRef: string;
  readonly createdAt: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`, … as CRI runtimes say. */
  readonly reason: string;
  readonly message: string;
  /** The log file, absolute. */
  readonly logPath: string;
  /** Whom its first process began as, where the runtime says. */
  readonly user?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Observation {
  /** Newest first. */
  readonly sandboxes: readonly SandboxObservation[];
  /** Newest first. */
  readonly containers: readonly ContainerObservation[];
}

export interface ImageObservation {
  readonly id: string;
  /** What statuses show as imageID. */
  readonly ref: string;
  readonly names: readonly string[];
  readonly size: number;
  /** The runtime itself needs it. */
  readonly pinned?: boolean;
  /** The user that the image runs as: a number, a name, or neither (root). */
  readonly uid?: number;
  readonly username?: string;
}

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identityToken?: string;
  readonly serverAddress?: string;
}

export interface ExecRequest {
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** How a command ended, or why there is no telling. */
export type Exit = { readonly code: number } | { readonly message: string };

/** A running exec or attach. Ending `stdin` closes the process' input; `exit` settles when the process has. */
export interface ProcessStream {
  readonly stdin?: Writable;
  readonly stdout?: NodeJS.ReadableStream;
  readonly stderr?: NodeJS.ReadableStream;
  resize(size: { readonly width: number; readonly height: number }): void;
  /** Lets go of the streams; the process of an exec is killed, an attached container is not. */
  close(): void;
  readonly exit: Promise<Exit>;
}

/** Where a runtime looks for CNI: its configurations, and the programs that they name. */
export interface NetworkDirectories {
  readonly configurations: string;
  readonly plugins: string;
}

export interface Runtime {
  /** The scheme of container ids: `containerd`, `cri-o`, `process`. */
  readonly scheme: string;
  /** False where containers share the machine with everything else. */
  readonly isolates: boolean;
  /** True where nothing runs that could be asked: probes and hooks then succeed unasked. */
  readonly simulates?: boolean;
  /** Containers may be given devices by their CDI names. */
  readonly takesCdiDevices?: boolean;
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
  startContainer(id: string): Promise<void>;
  /** The stop signal, then KILL after the grace; settles when the container has exited. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  updateContainer(id: string, resources: ContainerResources): Promise<void>;
  /** Asks the runtime to open the container's log file anew, after a rotation. */
  reopenLog(id: string): Promise<void>;

  /** Output of both streams; fails with {@link ExecTimeout} after the timeout. */
  execSync(
    id: string,
    command: readonly string[],
    timeoutSeconds: number,
  ): Promise<{ readonly exitCode: number; readonly output: Buffer }>;
  exec(id: string, request: ExecRequest): Promise<ProcessStream>;
  attach(id: string, request: Omit<ExecRequest, "command">): Promise<ProcessStream>;
  /** A connection to a port of the pod's address. */
  dial(sandboxId: string, port: number): Promise<Duplex>;
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

export interface ContainerUsage {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  /** Of it, what is no cache; absent where the runtime does not tell. */
  readonly memoryResidentBytes?: number;
  readonly pageFaults?: PageFaults;
  /** Its writable layer. */
  readonly diskBytes?: number;
}

/** Since the beginning; major ones had to wait for the disk. */
export interface PageFaults {
  readonly all: number;
  readonly major: number;
}

interface RuntimeErrorOptions extends ErrorOptions {
  readonly notFound?: boolean;
  readonly words?: string;
}

/** A failure that the runtime explains; `message` is what events and statuses show. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** True where the thing asked for is not there (gRPC NOT_FOUND). */
  readonly notFound: boolean;
  /** The runtime's own, without what the call adds: of containers that cannot be made or started, only these are shown. */
  readonly words: string;
  constructor(message: string, { notFound = false, words = message, ...options }: RuntimeErrorOptions = {}) {
    super(message, options);
    this.notFound = notFound;
    this.words = words;
  }
}

export class ExecTimeout extends Error {
  override readonly name = "ExecTimeout";
}
