/** The configuration of a pod's sandbox: the namespaces, network and cgroup that its containers share. */

/** A process of a sandbox that lives as long as the sandbox. */
export interface SandboxProcess {
  readonly sandboxId: string;
  readonly pod: PodIdentity;
  readonly pid: number;
  /** False if its network is the machine's. */
  readonly ownsNetwork: boolean;
}

export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

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

/** For seccomp or AppArmor. */
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

/**
 * Maps the ids in a pod's user namespace to the machine: 0 is `hostId`, and so on up to `length`; the same for groups.
 */
export interface UserNamespace {
  readonly hostId: number;
  readonly length: number;
}

/** Whether a process also gets the groups that its image's /etc/group lists for its user. */
export type SupplementalGroupsPolicy = "Merge" | "Strict";

export interface SandboxConfig {
  readonly pod: PodIdentity;
  readonly attempt: number;
  readonly hostname: string;
  /** Where the pod's container logs go; created by the agent. */
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
  readonly supplementalGroupsPolicy: SupplementalGroupsPolicy;
  /** Absent: the machine's users. */
  readonly userNamespace?: UserNamespace;
  readonly seccomp: SecurityProfile;
  readonly seLinux?: SeLinuxOptions;
  /** The runtime's handler for the pod's RuntimeClass; "" is the default. */
  readonly handler: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
