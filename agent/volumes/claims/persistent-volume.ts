/** Sets up the PersistentVolume behind a claim where the pod finds it. */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { NFSVolumeSource, PersistentVolume, PersistentVolumeSpec, Pod } from "../../../api/generated/core.v1.ts";
import type { PodCsi } from "../../csi/csi-volumes.ts";
import { persistentVolume } from "../../csi/wanted-volume.ts";
import { giveToPod } from "../../mounts/ownership.ts";
import { VolumeError } from "../../mounts/volume-error.ts";
import { prepareHostPath } from "../host-path.ts";
import { ofAnotherGroup, type VolumeEvent } from "../volume-events.ts";
import { isUsedByOthers } from "./known-paths.ts";
import { mountLocal } from "./local-volume.ts";
import { mountNfs } from "./nfs.ts";

export interface PersistentUse {
  /** The pod's own directory. */
  readonly directory: string;
  readonly readOnly: boolean;
  readonly csi: Pick<PodCsi, "publish">;
  readonly recordEvent: (event: VolumeEvent) => void;
}

/** Returns its path on the machine. Fails with {@link VolumeError}. */
export async function mountPersistent(
  pod: Pod,
  volume: PersistentVolume,
  { directory, readOnly, csi, recordEvent }: PersistentUse,
): Promise<string> {
  const { metadata, spec } = volume;
  // The scheduler ensures this as well, except for pods that name their node themselves.
  if (isForOnePod(spec) && isUsedByOthers(directory, metadata.name ?? ""))
    throw new VolumeError("volume uses the ReadWriteOncePod access mode and is already in use by another pod");
  if (spec.csi !== undefined) return csi.publish(pod, persistentVolume(volume, readOnly));
  if (spec.nfs !== undefined) {
    const { readOnly: always = false } = spec.nfs;
    const source = { ...spec.nfs, readOnly: readOnly || always };
    return mountPodNfs(directory, metadata.name ?? "", source, spec.mountOptions);
  }
  if (spec.volumeMode === "Block") return blockDevice(spec);
  if (spec.hostPath !== undefined) return prepareHostPath(spec.hostPath);
  if (spec.local === undefined)
    throw new VolumeError(`persistentvolume "${metadata.name}" is of a kind this node cannot mount`);
  const path = await mountLocal(volume, spec.local, { directory, readOnly });
  if (!readOnly) await ownLocal(path, { pod, name: metadata.name ?? "", directory, recordEvent });
  return path;
}

/** With several modes, it is unknown which one a pod relies on. */
const isForOnePod = ({ accessModes = [] }: PersistentVolumeSpec): boolean =>
  accessModes.length === 1 && accessModes[0] === "ReadWriteOncePod";

interface Owned extends Pick<PersistentUse, "directory" | "recordEvent"> {
  readonly pod: Pod;
  readonly name: string;
}

/** It is owned by the group of the first pod for as long as it is in use: it is not taken away from a running pod. */
async function ownLocal(path: string, { pod, name, directory, recordEvent }: Owned): Promise<void> {
  const { fsGroup } = pod.spec.securityContext ?? {};
  if (fsGroup === undefined) return;
  if (!isUsedByOthers(directory, name)) {
    await giveToPod(path, pod.spec.securityContext);
    return;
  }
  const { gid } = statSync(path);
  if (gid !== fsGroup) recordEvent(ofAnotherGroup(name, { requested: fsGroup, has: gid }));
}

/** `directory` is the pod's own. */
export async function mountPodNfs(
  directory: string,
  name: string,
  source: NFSVolumeSource,
  mountOptions?: readonly string[],
): Promise<string> {
  const path = join(directory, "volumes/kubernetes.io~nfs", name);
  await mountNfs(path, source, mountOptions);
  return path;
}

/** A volume that is a device, for containers that want it raw. */
function blockDevice({ local }: PersistentVolumeSpec): string {
  if (local === undefined) throw new VolumeError("only local volumes can be block devices on this node");
  if (!statSync(local.path, { throwIfNoEntry: false })?.isBlockDevice())
    throw new VolumeError(`path "${local.path}" is not a block device`);
  return local.path;
}
