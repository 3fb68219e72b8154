/** The PersistentVolume behind a pod's claim. Obstacles are reported in the kubelet's words. */
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from "../../../api/generated/core.v1.ts";
import { VolumeUnprocessed } from "../../mounts/volume-error.ts";
import { usedVolumes } from "../used-volumes.ts";

export interface ClaimSources {
  claim(namespace: string, name: string): Promise<PersistentVolumeClaim | undefined>;
  persistentVolume(name: string): Promise<PersistentVolume | undefined>;
  /** A strategic merge patch of the claim's status. */
  patchStatus(claim: PersistentVolumeClaim, status: object): Promise<void>;
}

/** The claim behind a pod's volume; undefined if there is none. */
export function claimOf(pod: Pod, { name, persistentVolumeClaim, ephemeral }: Volume) {
  if (persistentVolumeClaim !== undefined) return { ...persistentVolumeClaim, owned: false };
  // Created for this pod alone, and named after it.
  if (ephemeral !== undefined) return { claimName: `${pod.metadata.name}-${name}`, readOnly: false, owned: true };
  return undefined;
}

/** Fails with {@link VolumeUnprocessed}; with other errors if the API does not answer. */
export async function volumeOfClaim(
  pod: Pod,
  volume: Volume,
  { claimName, owned }: { readonly claimName: string; readonly owned: boolean },
  sources: ClaimSources,
): Promise<PersistentVolume> {
  const { namespace = "", name: podName, uid } = pod.metadata;
  const no = (why: string) =>
    new VolumeUnprocessed(volume.name, `error processing PVC ${namespace}/${claimName}: ${why}`);
  const claim = await sources.claim(namespace, claimName);
  if (claim === undefined)
    throw no(`failed to fetch PVC from API server: persistentvolumeclaims "${claimName}" not found`);
  const { metadata, spec, status } = claim;
  if (owned && !metadata.ownerReferences?.some((owner) => owner.uid === uid))
    throw no(`PVC ${namespace}/${claimName} was not created for pod ${namespace}/${podName} (pod is not owner)`);
  if (metadata.deletionTimestamp !== undefined) throw no("PVC is being deleted");
  if (status.phase !== "Bound") throw no("PVC is not bound");
  if (spec.volumeName === undefined || spec.volumeName === "") throw no("PVC has empty pvc.Spec.VolumeName");
  const found = await sources.persistentVolume(spec.volumeName);
  if (found === undefined)
    throw no(`failed to fetch PV ${spec.volumeName} from API server: persistentvolumes "${spec.volumeName}" not found`);
  const { claimRef, volumeMode = "Filesystem" } = found.spec;
  if (claimRef === undefined)
    throw no(
      `found PV object ${spec.volumeName} but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim`,
    );
  if (claimRef.uid !== metadata.uid)
    throw no(
      `found PV object ${spec.volumeName} but its pv.Spec.ClaimRef.UID ${claimRef.uid ?? ""} does not point to claim.UID ${metadata.uid}`,
    );
  const { mounts, devices } = usedVolumes(pod);
  const where =
    mounts.has(volume.name) && volumeMode !== "Filesystem"
      ? "volumeMounts"
      : devices.has(volume.name) && volumeMode !== "Block"
        ? "volumeDevices"
        : undefined;
  if (where !== undefined)
    throw new VolumeUnprocessed(
      volume.name,
      `volume ${volume.name} has volumeMode ${volumeMode}, but is specified in ${where}`,
    );
  return found;
}
