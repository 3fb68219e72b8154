/** The messages of cri-proto.ts as decoded: long integers as numbers, enums by name, defaults filled in. */

export interface Version {
  readonly runtime_name: string;
  readonly runtime_version: string;
}

interface Int64Value {
  readonly value: number;
}

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

type Strings = Readonly<Record<string, string>>;

export interface PodSandbox {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: "SANDBOX_READY" | "SANDBOX_NOTREADY";
  readonly created_at: number;
  readonly labels: Strings;
  readonly annotations: Strings;
  readonly runtime_handler: string;
}

export interface PodSandboxStatus extends PodSandbox {
  readonly network: { readonly ip: string; readonly additional_ips: readonly { readonly ip: string }[] } | null;
}

export interface Container {
  readonly id: string;
  readonly pod_sandbox_id: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image: { readonly image: string } | null;
  readonly image_ref: string;
  readonly state: "CONTAINER_CREATED" | "CONTAINER_RUNNING" | "CONTAINER_EXITED" | "CONTAINER_UNKNOWN";
  readonly created_at: number;
  readonly labels: Strings;
  readonly annotations: Strings;
}

export interface ContainerStatus {
  readonly id: string;
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly state: Container["state"];
  readonly created_at: number;
  readonly started_at: number;
  readonly finished_at: number;
  readonly exit_code: number;
  readonly image: { readonly image: string } | null;
  readonly image_ref: string;
  readonly reason: string;
  readonly message: string;
  readonly labels: Strings;
  readonly annotations: Strings;
  readonly log_path: string;
  /** Null if the runtime predates the field. */
  readonly user: {
    readonly linux: {
      readonly uid: number;
      readonly gid: number;
      readonly supplemental_groups: readonly number[];
    } | null;
  } | null;
}

export interface Image {
  readonly id: string;
  readonly repo_tags: readonly string[];
  readonly repo_digests: readonly string[];
  readonly size: number;
  readonly uid: Int64Value | null;
  readonly username: string;
  readonly pinned: boolean;
}

export interface SecurityProfile {
  readonly profile_type: "RuntimeDefault" | "Unconfined" | "Localhost";
  readonly localhost_ref: string;
}

export interface SELinuxOption {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface IdMapping {
  readonly host_id: number;
  readonly container_id: number;
  readonly length: number;
}

export interface NamespaceOption {
  readonly network: "POD" | "NODE";
  readonly pid: "POD" | "CONTAINER" | "NODE" | "TARGET";
  readonly ipc: "POD" | "NODE";
  readonly target_id?: string;
  /** Runtimes that predate the field share the machine's users, reported as NODE. */
  readonly userns_options: {
    readonly mode: "POD" | "NODE";
    readonly uids: readonly IdMapping[];
    readonly gids: readonly IdMapping[];
  };
}

type SupplementalGroupsPolicy = "Merge" | "Strict";

export interface LinuxContainerResources {
  readonly cpu_period: number;
  readonly cpu_quota: number;
  readonly cpu_shares: number;
  readonly memory_limit_in_bytes: number;
  readonly oom_score_adj: number;
  readonly hugepage_limits: readonly { readonly page_size: string; readonly limit: number }[];
  /** Values of files of cgroup version 2. */
  readonly unified: Readonly<Record<string, string>>;
}

export interface PodSandboxConfig {
  readonly metadata: PodSandboxMetadata;
  readonly hostname: string;
  readonly log_directory: string;
  readonly dns_config?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly port_mappings: readonly {
    readonly protocol: string;
    readonly container_port: number;
    readonly host_port: number;
    readonly host_ip: string;
  }[];
  readonly labels: Strings;
  readonly annotations: Strings;
  readonly linux: {
    readonly cgroup_parent: string;
    readonly sysctls: Strings;
    readonly security_context: {
      readonly namespace_options: NamespaceOption;
      readonly run_as_user?: Int64Value;
      readonly run_as_group?: Int64Value;
      readonly supplemental_groups: readonly number[];
      readonly supplemental_groups_policy: SupplementalGroupsPolicy;
      readonly privileged: boolean;
      readonly seccomp: SecurityProfile;
      readonly selinux_options?: SELinuxOption;
    };
  };
}

export interface ContainerConfig {
  readonly metadata: { readonly name: string; readonly attempt: number };
  readonly image: { readonly image: string };
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly working_dir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly {
    readonly container_path: string;
    readonly host_path: string;
    readonly readonly: boolean;
    readonly propagation: "PROPAGATION_PRIVATE" | "PROPAGATION_HOST_TO_CONTAINER" | "PROPAGATION_BIDIRECTIONAL";
    readonly uidMappings: readonly IdMapping[];
    readonly gidMappings: readonly IdMapping[];
    readonly recursive_read_only: boolean;
  }[];
  readonly devices: readonly {
    readonly container_path: string;
    readonly host_path: string;
    readonly permissions: string;
  }[];
  readonly labels: Strings;
  readonly annotations: Strings;
  readonly log_path: string;
  readonly stdin: boolean;
  readonly stdin_once: boolean;
  readonly tty: boolean;
  /** Runtimes that predate the field use the image's. */
  readonly stop_signal?: string;
  readonly linux: {
    readonly resources: LinuxContainerResources;
    readonly security_context: {
      readonly capabilities: {
        readonly add_capabilities: readonly string[];
        readonly drop_capabilities: readonly string[];
      };
      readonly privileged: boolean;
      readonly namespace_options: NamespaceOption;
      readonly run_as_user?: Int64Value;
      readonly run_as_group?: Int64Value;
      readonly run_as_username?: string;
      readonly readonly_rootfs: boolean;
      readonly supplemental_groups: readonly number[];
      readonly supplemental_groups_policy: SupplementalGroupsPolicy;
      readonly no_new_privs: boolean;
      readonly masked_paths: readonly string[];
      readonly readonly_paths: readonly string[];
      readonly seccomp: SecurityProfile;
      readonly apparmor?: SecurityProfile;
      readonly selinux_options?: SELinuxOption;
    };
  };
}

type MemoryAmount =
  | "working_set_bytes"
  | "available_bytes"
  | "usage_bytes"
  | "rss_bytes"
  | "page_faults"
  | "major_page_faults";

type MemoryUsage = { readonly [name in MemoryAmount]: Int64Value | null };

export interface ContainerStats {
  readonly attributes: { readonly id: string; readonly metadata: { readonly name: string }; readonly labels: Strings };
  readonly cpu: { readonly usage_core_nano_seconds: Int64Value | null } | null;
  readonly memory: MemoryUsage | null;
  readonly writable_layer: FilesystemUsage | null;
}

export interface FilesystemUsage {
  readonly fs_id: { readonly mountpoint: string } | null;
  readonly used_bytes: Int64Value | null;
  readonly inodes_used: Int64Value | null;
}

export interface RuntimeStatus {
  readonly info: Strings;
  /** Empty if the runtime predates the field. */
  readonly runtime_handlers: readonly {
    readonly name: string;
    readonly features: {
      readonly recursive_read_only_mounts: boolean;
      readonly user_namespaces: boolean;
    } | null;
  }[];
  /** Null if the runtime predates the field. */
  readonly features: { readonly supplemental_groups_policy: boolean } | null;
}
