/** Prepares a container on the machine: creates its files, locates its volumes, and returns its configuration. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorMessage } from "../../../api/error-message.ts";
import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import type { DeviceGrant } from "../../devices/device-source.ts";
import { holdsText, readText } from "../../files/read-text.ts";
import { ConfigError } from "../../pod-spec/config-error.ts";
import type { PodContainer } from "../../pod-spec/containers.ts";
import type { PodAddresses } from "../../pod-spec/field-ref.ts";
import type { ContainerConfig, Mount } from "../../runtime/container.ts";
import type { ImageObservation } from "../../runtime/image.ts";
import type { Observation } from "../../runtime/observation.ts";
import type { PodVolumes } from "../../volumes/pod-volumes.ts";
import { type HeldPath, holdSubPath, SubPathError, touch } from "../../volumes/sub-path/sub-path.ts";
import { mountSubPath, subPathsOf } from "../../volumes/sub-path/sub-path-mount.ts";
import { canMount } from "../../volumes/volume-directory.ts";
import { containerConfig, type VolumeUse } from "../config/container-config.ts";
import { hostsFile, podHostname } from "../config/hostname.ts";
import type { WorkerContext } from "../worker-context.ts";

const HOSTS = "/etc/hosts";

export interface ContainerToPrepare {
  readonly pod: Pod;
  /** The pod's own. */
  readonly directory: string;
  readonly volumes: PodVolumes;
  readonly addresses: PodAddresses;
  readonly observation: Observation;
  readonly target: PodContainer;
  readonly image: ImageObservation;
  readonly restartCount: number;
  /** Whether the runtime can mount volumes recursively read-only. */
  readonly recursiveReadOnly: boolean;
  readonly devices: DeviceGrant;
}

/** Fails with {@link ConfigError}. */
export async function prepareContainer(
  context: WorkerContext,
  requested: ContainerToPrepare,
): Promise<ContainerConfig> {
  const subPaths = new Map<string, HeldPath>();
  try {
    const config = configure(context, requested, subPaths);
    for (const [target, held] of subPaths) await mountSubPath(held, target);
    return config;
  } finally {
    for (const held of subPaths.values()) held.release();
  }
}

/** Sub paths to be mounted are pinned, by where they are used. */
function configure(
  context: WorkerContext,
  requested: ContainerToPrepare,
  subPaths: Map<string, HeldPath>,
): ContainerConfig {
  const { pod, directory, volumes, addresses, observation, target, image, restartCount } = requested;
  const { container } = target;
  const files = join(directory, "containers", container.name);
  mkdirSync(files, { recursive: true, mode: 0o755 });
  const terminationFile = join(files, String(restartCount));
  touch(terminationFile, 0o666);
  const shared = pod.spec.ephemeralContainers?.find(({ name }) => name === container.name)?.targetContainerName;
  const pidTarget = observation.containers.find(({ name, state }) => name === shared && state === "running")?.id;
  return containerConfig({
    pod,
    target,
    image,
    restartCount,
    recursiveReadOnly: requested.recursiveReadOnly,
    objects: context.objects(pod.metadata.namespace ?? ""),
    addresses,
    allocatable: context.allocatable(),
    volumeFile: (volume, path) => volumes.file(volume, path),
    seccomp: context.seccomp,
    memoryCapacity: context.memoryCapacity,
    devicePath: ({ name: user }, volume) => {
      const path = volumes.path(volume);
      if (path !== undefined) return path;
      throw new ConfigError(`volume "${volume}" of container "${user}" is not set up`);
    },
    volumePath: (user, use) => volumePath(context, requested, { user, use, subPaths }),
    ownMounts: [
      mount(HOSTS, writeHosts(context, requested)),
      ...requested.devices.mounts,
      ...(container.terminationMessagePath === undefined || container.terminationMessagePath === ""
        ? []
        : [mount(container.terminationMessagePath, terminationFile)]),
    ],
    granted: requested.devices,
    terminationFile,
    ...(pidTarget === undefined ? {} : { pidTarget }),
  });
}

const mount = (containerPath: string, hostPath: string): Mount => ({
  containerPath,
  hostPath,
  readOnly: false,
  propagation: "private",
});

interface Mounted {
  readonly user: Container;
  readonly use: VolumeUse;
  readonly subPaths: Map<string, HeldPath>;
}

function volumePath(
  { log, runtime }: WorkerContext,
  { pod, directory, volumes }: ContainerToPrepare,
  { user: { name: user }, use: { name, subPath }, subPaths }: Mounted,
) {
  const root = volumes.path(name);
  if (root === undefined) throw new ConfigError(`volume "${name}" of container "${user}" is not set up`);
  if (subPath === "") return root;
  try {
    const held = holdSubPath(root, subPath);
    const target = join(subPathsOf(directory), name, user, String(subPaths.size));
    if (runtime.isolates && runtime.simulates !== true && canMount()) {
      subPaths.set(target, held);
      return target;
    }
    held.release();
    return held.real;
  } catch (error) {
    if (error instanceof SubPathError) throw new ConfigError(error.message);
    log.warn(errorMessage(error));
    const message = `failed to prepare subPath for volumeMount "${name}" of container "${user}"`;
    // With the kubelet, the runtime reports this.
    const isImage = pod.spec.volumes?.some((volume) => volume.name === name && volume.image !== undefined);
    throw isImage ? new Error(message) : new ConfigError(message);
  }
}

/** Returns the path of the pod's hosts file, which is rewritten if its content differs. */
function writeHosts(context: WorkerContext, { pod, directory, addresses }: ContainerToPrepare): string {
  const file = join(directory, "etc-hosts");
  const text = hostsFile(pod, podHostname(pod, context.dns().clusterDomain), {
    podIPs: addresses.podIPs,
    nodeHosts: readText(HOSTS),
  });
  if (!holdsText(file, text)) writeFileSync(file, text, { mode: 0o644 });
  return file;
}
