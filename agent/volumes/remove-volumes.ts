/** Removes a pod's volumes and its directory. */
import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PodCsi } from "../csi/csi-volumes.ts";
import { mountsBelow, unmountBelow } from "../mounts/mounts.ts";
import type { ImageMounts } from "./image-mounts.ts";
import { subPathsOf } from "./sub-path/sub-path-mount.ts";
import type { VolumeMemory } from "./volume-memory.ts";

export const IMAGES = "kubernetes.io~image";

export interface RemoveVolumesOptions {
  readonly csi: Pick<PodCsi, "unpublish">;
  readonly images: Pick<ImageMounts, "unmount">;
  readonly memory: Pick<VolumeMemory, "remove">;
}

/** `directory` is the pod's own, and named after its uid. Fails if something stays mounted. */
export async function removeVolumes(directory: string, { csi, images, memory }: RemoveVolumesOptions): Promise<void> {
  // They keep file systems busy that drivers must unmount.
  await unmountBelow(subPathsOf(directory));
  await csi.unpublish(basename(directory));
  const mounted = join(directory, "volumes", IMAGES);
  if (existsSync(mounted))
    for (const name of readdirSync(mounted)) await images.unmount(join(mounted, name)).catch(() => {});
  await unmountBelow(directory);
  // What is still mounted would lose its files, on whatever machine they are.
  const [left] = mountsBelow(directory);
  if (left !== undefined) throw new Error(`${left} cannot be unmounted`);
  memory.remove(basename(directory));
  // There may be a million files: others do not wait for this.
  await rm(directory, { recursive: true, force: true });
}
