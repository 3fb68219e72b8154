/**
 * The runtime's configuration of a pod and of one container: a pure function of the spec and what the agent has
 * prepared.
 */
import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import type { DeviceGrant } from "../../devices/device-source.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import { allContainersOf, type PodContainer } from "../../pod-spec/containers.ts";
import { containerResources } from "../../pod-spec/resources.ts";
import type { ContainerConfig, Mount } from "../../runtime/container.ts";
import type { ImageObservation } from "../../runtime/image.ts";
import {
  CONTAINER_NAME,
  IMAGE,
  POD_NAME,
  POD_NAMESPACE,
  POD_UID,
  RESOURCES,
  RESTART_COUNT,
  TERMINATION_MESSAGE_FILE,
  TERMINATION_MESSAGE_PATH,
  TERMINATION_MESSAGE_POLICY,
} from "../../runtime/labels.ts";
import type { DnsConfig, PortMapping, SandboxConfig, UserNamespace } from "../../runtime/sandbox.ts";
import { containerEnv, type EnvInput } from "./env/env.ts";
import { expand } from "./env/expansion.ts";
import { kernelHostname, type PodHostname } from "./hostname.ts";
import { resolveRecursiveReadOnly } from "./recursive-read-only.ts";
import {
  containerSecurity,
  groupsPolicyOf,
  pidScopeOf,
  RUNTIME_DEFAULT,
  type SeccompSettings,
  seLinuxOf,
} from "./security.ts";

export const identityOf = ({ metadata }: Pod) => ({
  namespace: metadata.namespace ?? "",
  name: metadata.name ?? "",
  uid: metadata.uid ?? "",
});

const identityLabels = (pod: Pod) => ({
  [POD_NAME]: pod.metadata.name ?? "",
  [POD_NAMESPACE]: pod.metadata.namespace ?? "",
  [POD_UID]: pod.metadata.uid ?? "",
});

const portMappings = (pod: Pod): PortMapping[] =>
  pod.spec.hostNetwork === true
    ? []
    : pod.spec.containers.flatMap(({ ports = [] }) =>
        ports.flatMap(({ hostPort, containerPort, protocol, hostIP }) =>
          hostPort === undefined || hostPort === 0
            ? []
            : [
                {
                  protocol: (protocol ?? "TCP") as PortMapping["protocol"],
                  containerPort,
                  hostPort,
                  hostIP: hostIP ?? "",
                },
              ],
        ),
      );

export interface SandboxInput {
  readonly pod: Pod;
  readonly attempt: number;
  readonly hostname: PodHostname;
  readonly logDirectory: string;
  readonly dns: DnsConfig;
  readonly handler: string;
  readonly userNamespace?: UserNamespace | undefined;
  readonly cgroupParent: string;
}

export function sandboxConfig(input: SandboxInput): SandboxConfig {
  const { pod, attempt, hostname, logDirectory, dns, handler, userNamespace } = input;
  const { spec } = pod;
  const security = spec.securityContext ?? {};
  const sysctls = (security.sysctls ?? []).map(({ name, value }) => [name.replaceAll("/", "."), value]);
  return {
    pod: identityOf(pod),
    attempt,
    // Pods on the machine's network have its name.
    hostname: spec.hostNetwork === true ? "" : kernelHostname(pod, hostname),
    logDirectory,
    dns,
    portMappings: portMappings(pod),
    network: spec.hostNetwork === true ? "node" : "pod",
    ipc: spec.hostIPC === true ? "node" : "pod",
    pid: pidScopeOf(pod),
    cgroupParent: input.cgroupParent,
    sysctls: Object.fromEntries(sysctls),
    // Runtimes allow no privileged container in another sandbox, whichever of the pod's containers it is.
    privileged: allContainersOf(pod).some(({ container }) => container.securityContext?.privileged === true),
    ...(security.runAsUser === undefined ? {} : { runAsUser: security.runAsUser }),
    ...(security.runAsGroup === undefined ? {} : { runAsGroup: security.runAsGroup }),
    supplementalGroups: [
      ...(security.supplementalGroups ?? []),
      ...(security.fsGroup === undefined ? [] : [security.fsGroup]),
    ],
    supplementalGroupsPolicy: groupsPolicyOf(pod),
    ...(userNamespace === undefined ? {} : { userNamespace }),
    // Whatever the profile of the pod, which may be too narrow for what runs in the sandbox itself.
    seccomp: RUNTIME_DEFAULT,
    ...(security.seLinuxOptions === undefined ? {} : { seLinux: seLinuxOf(security.seLinuxOptions) }),
    handler,
    labels: { ...pod.metadata.labels, ...identityLabels(pod) },
    annotations: { ...pod.metadata.annotations },
  };
}

export interface ContainerInput extends Omit<EnvInput, "container"> {
  readonly target: PodContainer;
  readonly image: ImageObservation;
  readonly restartCount: number;
  readonly seccomp: SeccompSettings;
  readonly memoryCapacity: number;
  /** Whether the runtime can mount volumes recursively read-only. */
  readonly recursiveReadOnly: boolean;
  /** The block device of a volume. */
  readonly devicePath: (container: Container, volume: string) => string;
  /** The directory or file of each volume, by name. */
  readonly volumePath: (container: Container, mount: VolumeUse) => string;
  /** /etc/hosts and the termination log, and those that devices add. */
  readonly ownMounts: readonly Mount[];
  /** What the container gets along with its devices. */
  readonly granted: DeviceGrant;
  readonly terminationFile: string;
  readonly pidTarget?: string;
}

/** A volume as a container uses it, with its sub path expanded. */
export interface VolumeUse {
  readonly name: string;
  readonly subPath: string;
  readonly readOnly: boolean;
}

const PROPAGATION = { None: "private", HostToContainer: "hostToContainer", Bidirectional: "bidirectional" } as const;

/** A variable that is unset or empty would lead to another directory than intended. */
function expandSubPath(expression: string, lookup: (name: string) => string | undefined): string {
  const missing = new Set<string>();
  const path = expand(expression, (name) => {
    const value = lookup(name);
    if (value === undefined || value === "") missing.add(name);
    return value;
  });
  if (missing.size > 0) throw new ConfigError(`missing value for ${[...missing].sort().join(", ")}`);
  return path;
}

function mountsOf(input: ContainerInput, lookup: (name: string) => string | undefined): Mount[] {
  const { container } = input.target;
  return (container.volumeMounts ?? []).map((mount) => {
    const { name, mountPath, readOnly, subPath, subPathExpr, mountPropagation } = mount;
    const recursiveReadOnly = resolveRecursiveReadOnly(mount, input.recursiveReadOnly);
    const expanded =
      subPathExpr === undefined || subPathExpr === "" ? (subPath ?? "") : expandSubPath(subPathExpr, lookup);
    const path = mountPath.startsWith("/") ? mountPath : `/${mountPath}`;
    return {
      containerPath: path,
      hostPath: input.volumePath(container, { name, subPath: expanded, readOnly: readOnly === true }),
      readOnly: readOnly === true || isReadOnlyVolume(input.pod, name),
      recursiveReadOnly,
      propagation: PROPAGATION[(mountPropagation ?? "None") as keyof typeof PROPAGATION] ?? "private",
    };
  });
}

/** Containers must not write to volumes whose content belongs to the API, nor to those declared read-only. */
function isReadOnlyVolume(pod: Pod, name: string): boolean {
  const volume = pod.spec.volumes?.find((candidate) => candidate.name === name);
  return (
    volume?.configMap !== undefined ||
    volume?.secret !== undefined ||
    volume?.downwardAPI !== undefined ||
    volume?.projected !== undefined ||
    volume?.image !== undefined ||
    volume?.csi?.readOnly === true ||
    volume?.nfs?.readOnly === true ||
    volume?.persistentVolumeClaim?.readOnly === true
  );
}

const isClaimReadOnly = ({ spec }: Pod, name: string): boolean =>
  spec.volumes?.some((volume) => volume.name === name && volume.persistentVolumeClaim?.readOnly === true) === true;

/** The annotation that names CDI devices; runtimes of all versions read it. */
const CDI_DEVICES = "cdi.k8s.io/sailplane_devices";

/** The container's own variables follow, and win. */
const grantedEnv = ({ env }: DeviceGrant) => Object.entries(env).map(([name, value]) => ({ name, value }));

export function containerConfig(input: ContainerInput): ContainerConfig {
  const { pod, target, image, restartCount, terminationFile } = input;
  const { container } = target;
  const env = [...grantedEnv(input.granted), ...containerEnv({ ...input, container })];
  const values = new Map(env.map(({ name, value }) => [name, value]));
  const lookup = (name: string) => values.get(name);
  const own = new Set((container.volumeMounts ?? []).map(({ mountPath }) => mountPath));
  return {
    name: container.name,
    attempt: restartCount,
    image: image.id,
    imageName: container.image ?? "",
    command: (container.command ?? []).map((word) => expand(word, lookup)),
    args: (container.args ?? []).map((word) => expand(word, lookup)),
    workingDir: container.workingDir ?? "",
    env,
    mounts: [...mountsOf(input, lookup), ...input.ownMounts.filter(({ containerPath }) => !own.has(containerPath))],
    devices: [
      ...input.granted.devices,
      ...(container.volumeDevices ?? []).map(({ name, devicePath }) => ({
        containerPath: devicePath,
        hostPath: input.devicePath(container, name),
        permissions: isClaimReadOnly(pod, name) ? "r" : "mrw",
      })),
    ],
    logPath: `${container.name}/${restartCount}.log`,
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    ...(container.lifecycle?.stopSignal === undefined ? {} : { stopSignal: container.lifecycle.stopSignal }),
    security: containerSecurity({
      pod,
      container,
      image,
      seccomp: input.seccomp,
      ...(input.pidTarget === undefined ? {} : { pidTarget: input.pidTarget }),
    }),
    resources: containerResources(pod, container, input.memoryCapacity),
    labels: { ...identityLabels(pod), [CONTAINER_NAME]: container.name },
    annotations: {
      ...input.granted.annotations,
      ...(input.granted.cdiDevices.length > 0 ? { [CDI_DEVICES]: input.granted.cdiDevices.join(",") } : {}),
      [IMAGE]: container.image ?? "",
      [RESTART_COUNT]: String(restartCount),
      [RESOURCES]: JSON.stringify(container.resources ?? {}),
      [TERMINATION_MESSAGE_PATH]: container.terminationMessagePath ?? "",
      [TERMINATION_MESSAGE_POLICY]: container.terminationMessagePolicy ?? "File",
      [TERMINATION_MESSAGE_FILE]: terminationFile,
    },
  };
}
