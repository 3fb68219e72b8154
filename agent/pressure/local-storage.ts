/** What a pod stores on the node's disk, and whether it exceeds its limits. */
import { join } from "node:path";
import type { EmptyDirVolumeSource, Pod } from "../../api/generated/core.v1.ts";
import { allContainersOf } from "../pod-spec/containers.ts";
import { podAmounts } from "../pod-spec/pod-amounts.ts";
import { bytesOf } from "../pod-spec/qos.ts";
import { diskUse } from "../volumes/usage/disk-use.ts";
import { printAmount } from "./thresholds.ts";

export interface StorageUse {
  /** emptyDirs on disk, by volume. */
  readonly volumes: ReadonlyMap<string, number>;
  readonly logs: ReadonlyMap<string, number>;
  /** Writable layer and logs, by container. */
  readonly containers: ReadonlyMap<string, number>;
}

const EMPTY_DIR = "volumes/kubernetes.io~empty-dir";
const RESOURCE = "ephemeral-storage";

/** Not in memory, nor on huge pages. */
export const isOnDisk = (emptyDir: EmptyDirVolumeSource | undefined): boolean =>
  emptyDir !== undefined && (emptyDir.medium ?? "") === "";

/** Only such pods are worth measuring. */
export const hasStorageLimit = (pod: Pod): boolean =>
  (pod.spec.volumes ?? []).some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined && isOnDisk(emptyDir)) ||
  podAmounts(pod, "limits").has(RESOURCE);

/** Init containers that are not sidecars have ended, or do not write for long. */
const lastingNames = (pod: Pod): readonly string[] =>
  allContainersOf(pod)
    .filter(({ role }) => role !== "init")
    .map(({ container }) => container.name);

export interface StoragePlace {
  /** The pod's own. */
  readonly directory: string;
  readonly logDirectory: string;
  /** Writable layers by container: bytes, or inodes if those are counted. */
  readonly layers: ReadonlyMap<string, number>;
}

export async function measureStorage(pod: Pod, { directory, logDirectory, layers }: StoragePlace): Promise<StorageUse> {
  const disks = (pod.spec.volumes ?? []).filter(({ emptyDir }) => isOnDisk(emptyDir));
  const volumes = new Map<string, number>();
  for (const { name } of disks) volumes.set(name, (await diskUse(join(directory, EMPTY_DIR, name))).usedBytes);
  const logs = new Map<string, number>();
  for (const name of lastingNames(pod)) logs.set(name, (await diskUse(join(logDirectory, name))).usedBytes);
  const containers = new Map([...logs].map(([name, bytes]) => [name, (layers.get(name) ?? 0) + bytes]));
  return { volumes, logs, containers };
}

/** The total number of files and directories. */
export async function countInodes(pod: Pod, { directory, logDirectory, layers }: StoragePlace): Promise<number> {
  const names = lastingNames(pod);
  const disks = (pod.spec.volumes ?? []).filter(({ emptyDir }) => isOnDisk(emptyDir));
  const kept = [
    ...disks.map(({ name }) => join(directory, EMPTY_DIR, name)),
    ...names.map((name) => join(logDirectory, name)),
  ];
  let count = names.reduce((sum, name) => sum + (layers.get(name) ?? 0), 0);
  for (const path of kept) count += (await diskUse(path)).inodesUsed;
  return count;
}

export interface ExceededLimit {
  /** The limit's name in the kubelet's metrics. */
  readonly signal: "emptydirfs.limit" | "ephemeralpodfs.limit" | "ephemeralcontainerfs.limit";
  /** In the kubelet's words. */
  readonly message: string;
}

/** Why the pod must go; undefined: it is within its limits. */
export function overLimit(
  pod: Pod,
  { volumes, containers }: Pick<StorageUse, "volumes" | "containers">,
): ExceededLimit | undefined {
  const { spec } = pod;
  for (const { name, emptyDir } of spec.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && bytesOf(limit) > 0 && (volumes.get(name) ?? 0) > bytesOf(limit))
      return {
        signal: "emptydirfs.limit",
        message: `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `,
      };
  }
  // The sum of the containers' limits; usage of containers without a limit counts all the same.
  const total = podAmounts(pod, "limits").get(RESOURCE);
  const used = [...volumes.values(), ...containers.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (total !== undefined && used > Number(total / 1_000_000_000n)) {
    const message = `Pod ephemeral local storage usage exceeds the total limit of containers ${printAmount(Number(total / 1_000_000_000n))}. `;
    return { signal: "ephemeralpodfs.limit", message };
  }
  for (const { name, resources } of spec.containers) {
    const limit = resources?.limits?.[RESOURCE];
    if (limit === undefined || (containers.get(name) ?? 0) <= bytesOf(limit)) continue;
    const message = `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
    return { signal: "ephemeralcontainerfs.limit", message };
  }
  return undefined;
}
