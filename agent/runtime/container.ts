/** The configuration of a container. */
import type { NamespaceScope, SecurityProfile, SeLinuxOptions, SupplementalGroupsPolicy } from "./sandbox.ts";

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  /** Whether mounts below it are read-only, too. */
  readonly recursiveReadOnly?: boolean;
  readonly propagation: "private" | "hostToContainer" | "bidirectional";
}

export interface Device {
  readonly containerPath: string;
  readonly hostPath: string;
  /** A combination of `r`, `w` and `m`. */
  readonly permissions: string;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** A user's name, if the image has one instead of a number. */
  readonly runAsUsername?: string;
  readonly supplementalGroups: readonly number[];
  readonly supplementalGroupsPolicy: SupplementalGroupsPolicy;
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

/** Linux limits, computed as by the kubelet; 0 means unlimited. */
export interface ContainerResources {
  readonly cpuShares: number;
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  readonly memoryLimit: number;
  readonly oomScoreAdj: number;
  /** In bytes, by page size (bytes). */
  readonly hugePages: ReadonlyMap<number, number>;
}

export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  /** The id returned by `pullImage` or `imageStatus`; `imageName` is for messages. */
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
