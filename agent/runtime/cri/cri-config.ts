/** The agent's configurations in CRI's terms. Pure. */
import type { ContainerConfig, ContainerResources } from "../container.ts";
import type { NamespaceScope, SandboxConfig, SecurityProfile } from "../sandbox.ts";
import type * as cri from "./cri-messages.ts";

/** Marks what an agent runs, by the agent's own id, among everything else on the container runtime. */
export const AGENT_LABEL = "sailplane.dev/agent";

const MASKED = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const READ_ONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

const PID = { container: "CONTAINER", pod: "POD", node: "NODE" } as const satisfies Record<NamespaceScope, string>;
const PROPAGATION = {
  private: "PROPAGATION_PRIVATE",
  hostToContainer: "PROPAGATION_HOST_TO_CONTAINER",
  bidirectional: "PROPAGATION_BIDIRECTIONAL",
} as const;

const idMappings = ({ userNamespace }: SandboxConfig): cri.IdMapping[] =>
  userNamespace === undefined ? [] : [{ host_id: userNamespace.hostId, container_id: 0, length: userNamespace.length }];

const namespaces = (sandbox: SandboxConfig, pid: NamespaceScope): cri.NamespaceOption => ({
  network: sandbox.network === "node" ? "NODE" : "POD",
  ipc: sandbox.ipc === "node" ? "NODE" : "POD",
  pid: PID[pid],
  userns_options: {
    mode: sandbox.userNamespace === undefined ? "NODE" : "POD",
    uids: idMappings(sandbox),
    gids: idMappings(sandbox),
  },
});

const profile = ({ type, localhostRef }: SecurityProfile): cri.SecurityProfile => ({
  profile_type: type,
  localhost_ref: localhostRef,
});

const optional = <K extends string>(key: K, value: number | undefined) =>
  value === undefined ? {} : { [key]: { value } };

/** `2MB`, as in the names of the kernel's cgroup files. */
function pageName(bytes: number): string {
  const power = Math.floor(Math.log2(bytes) / 10);
  return `${bytes / 1024 ** power}${["B", "KB", "MB", "GB", "TB"][power] ?? ""}`;
}

export interface CriNode {
  readonly agentId: string;
  readonly hasUnifiedCgroups: boolean;
}

export const criResources = (
  resources: ContainerResources,
  { hasUnifiedCgroups }: Pick<CriNode, "hasUnifiedCgroups">,
): cri.LinuxContainerResources => ({
  cpu_period: resources.cpuPeriod,
  cpu_quota: resources.cpuQuota,
  cpu_shares: resources.cpuShares,
  memory_limit_in_bytes: resources.memoryLimit,
  oom_score_adj: resources.oomScoreAdj,
  hugepage_limits: [...resources.hugePages].map(([page, limit]) => ({ page_size: pageName(page), limit })),
  // The kernel ends all processes of a container that is out of memory, not one of them: it may live on as half.
  unified: hasUnifiedCgroups ? { "memory.oom.group": "1" } : {},
});

export const criSandbox = (config: SandboxConfig, agentId: string): cri.PodSandboxConfig => ({
  metadata: { ...config.pod, attempt: config.attempt },
  hostname: config.hostname,
  log_directory: config.logDirectory,
  ...(config.dns === undefined ? {} : { dns_config: config.dns }),
  port_mappings: config.portMappings.map(({ protocol, containerPort, hostPort, hostIP }) => ({
    protocol,
    container_port: containerPort,
    host_port: hostPort,
    host_ip: hostIP,
  })),
  labels: { ...config.labels, [AGENT_LABEL]: agentId },
  annotations: config.annotations,
  linux: {
    cgroup_parent: config.cgroupParent,
    sysctls: config.sysctls,
    security_context: {
      namespace_options: namespaces(config, config.pid),
      ...optional("run_as_user", config.runAsUser),
      ...optional("run_as_group", config.runAsGroup),
      supplemental_groups: config.supplementalGroups,
      supplemental_groups_policy: config.supplementalGroupsPolicy,
      privileged: config.privileged,
      seccomp: profile(config.seccomp),
      ...(config.seLinux === undefined ? {} : { selinux_options: config.seLinux }),
    },
  },
});

/** `SIGRTMIN+1` is called SIGRTMINPLUS1 there. */
const signalName = (signal: string): string => signal.replace("+", "PLUS").replace("-", "MINUS");

export function criContainer(config: ContainerConfig, sandbox: SandboxConfig, node: CriNode): cri.ContainerConfig {
  const { security } = config;
  const open = security.privileged || security.unmaskedProc;
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image },
    command: config.command,
    args: config.args,
    working_dir: config.workingDir,
    envs: config.env.map(({ name, value }) => ({ key: name, value })),
    mounts: config.mounts.map(({ containerPath, hostPath, readOnly, recursiveReadOnly, propagation }) => ({
      container_path: containerPath,
      host_path: hostPath,
      readonly: readOnly,
      recursive_read_only: recursiveReadOnly === true,
      propagation: PROPAGATION[propagation],
      // Files keep their owners' ids on the machine, mapped to the same ids in the pod's user namespace.
      uidMappings: idMappings(sandbox),
      gidMappings: idMappings(sandbox),
    })),
    devices: config.devices.map(({ containerPath, hostPath, permissions }) => ({
      container_path: containerPath,
      host_path: hostPath,
      permissions,
    })),
    labels: { ...config.labels, [AGENT_LABEL]: node.agentId },
    annotations: config.annotations,
    log_path: config.logPath,
    stdin: config.stdin,
    stdin_once: config.stdinOnce,
    tty: config.tty,
    ...(config.stopSignal === undefined ? {} : { stop_signal: signalName(config.stopSignal) }),
    linux: {
      resources: criResources(config.resources, node),
      security_context: {
        capabilities: {
          add_capabilities: security.addCapabilities,
          drop_capabilities: security.dropCapabilities,
        },
        privileged: security.privileged,
        namespace_options:
          security.pidTarget === undefined
            ? namespaces(sandbox, security.pid)
            : { ...namespaces(sandbox, security.pid), pid: "TARGET", target_id: security.pidTarget },
        ...optional("run_as_user", security.runAsUser),
        ...optional("run_as_group", security.runAsGroup),
        ...(security.runAsUsername === undefined ? {} : { run_as_username: security.runAsUsername }),
        readonly_rootfs: security.readOnlyRoot,
        supplemental_groups: security.supplementalGroups,
        supplemental_groups_policy: security.supplementalGroupsPolicy,
        no_new_privs: security.noNewPrivileges,
        masked_paths: open ? [] : MASKED,
        readonly_paths: open ? [] : READ_ONLY,
        seccomp: profile(security.seccomp),
        ...(security.appArmor === undefined ? {} : { apparmor: profile(security.appArmor) }),
        ...(security.seLinux === undefined ? {} : { selinux_options: security.seLinux }),
      },
    },
  };
}
