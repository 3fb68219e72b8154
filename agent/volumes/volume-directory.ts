/** The directory of a volume that the node itself provides, in the kubelet's layout: DIR/volumes/PLUGIN/NAME. */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Pod, Volume } from "../../api/generated/core.v1.ts";
import { isOwnFileSystem } from "../mounts/mounts.ts";
import { giveToGroup } from "../mounts/ownership.ts";
import { VolumeError } from "../mounts/volume-error.ts";
import { emptyDirFileSystem, type FileSystem } from "./empty-dir.ts";
import type { PayloadInput } from "./projected/payload.ts";
import { IMAGES } from "./remove-volumes.ts";

const run = promisify(execFile);

function pluginOf({ configMap, secret, downwardAPI, projected, image }: Volume): string {
  if (configMap !== undefined) return "kubernetes.io~configmap";
  if (secret !== undefined) return "kubernetes.io~secret";
  if (downwardAPI !== undefined) return "kubernetes.io~downward-api";
  if (projected !== undefined) return "kubernetes.io~projected";
  return image !== undefined ? IMAGES : "kubernetes.io~empty-dir";
}

/** `directory` is the pod's own. */
export const volumeDirectory = (directory: string, volume: Volume): string =>
  join(directory, "volumes", pluginOf(volume), volume.name);

/** As in a kubelet. */
export const isInMemory = ({ secret, projected, downwardAPI }: Volume): boolean =>
  (secret ?? projected ?? downwardAPI) !== undefined;

export const canMount = (): boolean => process.platform === "linux" && process.getuid?.() === 0;

/** The file system to mount for the volume; undefined: it is a directory. Fails with {@link VolumeError}. */
export function fileSystemOf(
  pod: Pod,
  volume: Volume,
  allocatable: PayloadInput["allocatable"],
): FileSystem | undefined {
  const wanted = volume.emptyDir && emptyDirFileSystem(pod, volume.emptyDir, allocatable);
  if (canMount() || wanted === undefined) return wanted;
  if (wanted.type === "tmpfs") return undefined;
  throw new VolumeError(`${wanted.type} can only be mounted by an agent that runs as root, on Linux`);
}

/** What is in memory looks like the file systems of their own that a kubelet mounts for it. */
const modeOf = (volume: Volume): number => (isInMemory(volume) ? 0o1777 : 0o777);

/** Creates it, and gives it to the pod's group, unless it exists. */
export async function ensureDirectory(
  path: string,
  volume: Volume,
  { fileSystem, group }: { readonly fileSystem: FileSystem | undefined; readonly group: number | undefined },
): Promise<void> {
  // After a reboot, the directories still exist, but none of the mounts.
  if (existsSync(path) && (fileSystem === undefined || isOwnFileSystem(path))) return;
  mkdirSync(path, { recursive: true });
  chmodSync(path, modeOf(volume));
  if (fileSystem !== undefined)
    await run("mount", ["-t", fileSystem.type, "-o", fileSystem.options.join(","), fileSystem.type, path]);
  if (group !== undefined) await giveToGroup(path, group);
}
