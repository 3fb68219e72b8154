/** What a runtime receives for a pod and a container with no special requirements. */
import type { ContainerConfig } from "../../../agent/runtime/container.ts";
import type { SandboxConfig } from "../../../agent/runtime/sandbox.ts";

const UNCONFINED = { type: "Unconfined", localhostRef: "" } as const;

export const plainSandbox = (pod: SandboxConfig["pod"], more: Partial<SandboxConfig> = {}): SandboxConfig => ({
  pod,
  attempt: 0,
  hostname: pod.name,
  logDirectory: "/logs",
  portMappings: [],
  network: "pod",
  ipc: "pod",
  pid: "container",
  cgroupParent: "",
  sysctls: {},
  privileged: false,
  supplementalGroups: [],
  supplementalGroupsPolicy: "Merge",
  seccomp: UNCONFINED,
  handler: "",
  labels: { "io.kubernetes.pod.uid": pod.uid },
  annotations: {},
  ...more,
});

export const plainContainer = (more: Partial<ContainerConfig> = {}): ContainerConfig => ({
  name: "c",
  attempt: 0,
  image: "img",
  imageName: "img",
  command: [],
  args: [],
  workingDir: "",
  env: [],
  mounts: [],
  devices: [],
  logPath: "c/0.log",
  stdin: false,
  stdinOnce: false,
  tty: false,
  security: {
    privileged: false,
    supplementalGroups: [],
    supplementalGroupsPolicy: "Merge",
    readOnlyRoot: false,
    noNewPrivileges: false,
    addCapabilities: [],
    dropCapabilities: [],
    seccomp: UNCONFINED,
    pid: "container",
    unmaskedProc: false,
  },
  resources: { cpuShares: 2, cpuQuota: 0, cpuPeriod: 100_000, memoryLimit: 0, oomScoreAdj: 0, hugePages: new Map() },
  labels: {},
  annotations: {},
  ...more,
});
