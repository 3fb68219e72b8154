/** Usage of a pod's volumes, as in the kubelet's summary. */
import { statSync } from "node:fs";
import type { Pod, Volume } from "../../../api/generated/core.v1.ts";
import { type DiskStats, diskStats, mountStats } from "../../mounts/disk-stats.ts";
import { isListedMount } from "../../mounts/mounts.ts";
import type { PodObjects } from "../../pod-spec/pod-objects.ts";
import { claimOf } from "../claims/claim.ts";
import { diskUse } from "./disk-use.ts";

export interface VolumeStats extends DiskStats {
  readonly name: string;
  readonly pvcRef?: { readonly name: string; readonly namespace: string };
}

export interface Measured {
  /** Paths of volumes by name. */
  readonly paths: ReadonlyMap<string, string>;
  /** Drivers' reports, by the name of the PersistentVolume or of the volume. */
  readonly csiStats: ReadonlyMap<string, DiskStats>;
  readonly objects: PodObjects;
  readonly onlyClaimed?: boolean;
}

/** Not reported for the machine's own paths. */
export async function volumeStats(
  pod: Pod,
  { paths, csiStats, objects, onlyClaimed = false }: Measured,
): Promise<readonly VolumeStats[]> {
  const requested = (pod.spec.volumes ?? []).map(async (volume): Promise<VolumeStats[]> => {
    const path = paths.get(volume.name);
    if (path === undefined || volume.hostPath !== undefined) return [];
    const { claimName } = claimOf(pod, volume) ?? {};
    if (onlyClaimed && claimName === undefined) return [];
    const claim = claimName === undefined ? undefined : objects.claim(claimName);
    const stats = csiStats.get(claim?.spec.volumeName ?? volume.name) ?? (await measure(volume, path));
    const { namespace = "" } = pod.metadata;
    return [{ ...stats, name: volume.name, ...(claimName && { pvcRef: { name: claimName, namespace } }) }];
  });
  return (await Promise.all(requested)).flat();
}

/** A directory shares its disk with others; nothing is known about one that is missing, or not a directory. */
async function measure(volume: Volume, path: string): Promise<DiskStats> {
  if (isListedMount(path)) return mountStats(path);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return {};
  const stats = diskStats(path);
  const isOwnDisk = volume.persistentVolumeClaim !== undefined || volume.ephemeral !== undefined;
  return isOwnDisk ? stats : { ...stats, ...(await diskUse(path)) };
}
