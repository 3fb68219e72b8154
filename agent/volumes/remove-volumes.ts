/** Takes a pod's volumes and its directory away. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import type { PodCsi } from "../csi/csi-volumes.ts";
import type { ImageMounts } from "./image-mounts.ts";
import { mountsBelow, unmountBelow } from "./mounts.ts";

export const IMAGES = "kubernetes.io~image";

/** `directory` is the pod's own, and named for its uid. Fails where something stays mounted. */
export async function removeVolumes(
  directory: string,
  { csi, images }: { readonly csi: Pick<PodCsi, "unpublish">; readonly images: Pick<ImageMounts, "unmount"> },
): Promise<void> {
  await csi.unpublish(basename(directory));
  const mounted = join(directory, "volumes", IMAGES);
  if (existsSync(mounted))
    for (const name of readdirSync(mounted)) await images.unmount(join(mounted, name)).catch(() => {});
  await unmountBelow(directory);
  // What is still mounted would lose its files, on whatever machine they are.
  const [left] = mountsBelow(directory);
  if (left !== undefined) throw new Error(`${left} cannot be unmounted`);
  rmSync(directory, { recursive: true, force: true });
}
