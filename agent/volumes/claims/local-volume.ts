/** Local volumes: a directory on the machine, or a device that is mounted for each pod. */

import { mkdirSync, realpathSync, rmdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { LocalVolumeSource, PersistentVolume } from "../../../api/generated/core.v1.ts";
import { InTurnByKey } from "../../../api/in-turn.ts";
import { isListedMount, mountedDevices } from "../../mounts/mounts.ts";
import { VolumeError } from "../../mounts/volume-error.ts";
import { mountDevice } from "./device-mount.ts";

export interface LocalUse {
  /** The pod's own directory. */
  readonly directory: string;
  readonly readOnly: boolean;
}

/** Returns its path. Fails with {@link VolumeError}. */
export async function mountLocal(
  { metadata, spec }: PersistentVolume,
  local: LocalVolumeSource,
  { directory, readOnly }: LocalUse,
): Promise<string> {
  const found = statSync(local.path, { throwIfNoEntry: false });
  if (found === undefined) throw new VolumeError(`path "${local.path}" does not exist`);
  if (found.isDirectory()) return local.path;
  if (!found.isBlockDevice()) throw new VolumeError("only directory and block device are supported");
  const path = join(directory, "volumes/kubernetes.io~local-volume", metadata.name ?? "");
  const options = [...(readOnly ? ["ro"] : []), ...(spec.mountOptions ?? [])];
  await turns.run(found.rdev, () => mountOnce(path, { device: realpathSync(local.path), local, options }));
  return path;
}

interface Wanted {
  readonly device: string;
  readonly local: LocalVolumeSource;
  readonly options: readonly string[];
}

async function mountOnce(path: string, { device, local, options }: Wanted): Promise<void> {
  if (isListedMount(path)) return;
  mkdirSync(path, { recursive: true, mode: 0o750 });
  const isInUse = mountedDevices().includes(device);
  try {
    await mountDevice({ device, path, fsType: local.fsType, options, isInUse });
  } catch (error) {
    // An existing directory counts as set up.
    rmdirSync(path);
    throw error;
  }
}

/** If several pods start at once, the first one formats the device. */
const turns = new InTurnByKey<number>();
