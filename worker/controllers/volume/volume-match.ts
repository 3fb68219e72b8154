/** Which volumes satisfy a claim. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { compareQuantities } from "../../../api/machinery/quantity.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { selects } from "../label-selector.ts";

export type Volume = Stored<PersistentVolume>;
export type Claim = Stored<PersistentVolumeClaim>;

export const names = ({ spec: { claimRef } }: Volume, { metadata }: Claim): boolean =>
  claimRef?.name === metadata.name && claimRef.namespace === metadata.namespace;

/** The volume refers to this claim, and not to an earlier one of the same name. */
export const isFor = (volume: Volume, claim: Claim): boolean =>
  names(volume, claim) && (!volume.spec.claimRef?.uid || volume.spec.claimRef.uid === claim.metadata.uid);

const isTooSmall = ({ spec }: Claim, { spec: volume }: Volume) =>
  compareQuantities(volume.capacity?.storage, spec.resources?.requests?.storage) < 0;
const isOfOtherAttributes = ({ spec }: Claim, { spec: volume }: Volume) =>
  (volume.volumeAttributesClassName ?? "") !== (spec.volumeAttributesClassName ?? "");
export const isOfOtherMode = ({ spec }: Claim, { spec: volume }: Volume) =>
  (volume.volumeMode ?? "Filesystem") !== (spec.volumeMode ?? "Filesystem");
const lacksAccess = ({ spec }: Claim, { spec: volume }: Volume) =>
  (spec.accessModes ?? []).some((mode) => !volume.accessModes?.includes(mode));

/** Why a volume does not satisfy the claim, in Kubernetes' words. */
export function mismatchOf(claim: Claim, volume: Volume): string | undefined {
  if (volume.metadata.deletionTimestamp) return `the volume is marked for deletion "${volume.metadata.name}"`;
  if (isTooSmall(claim, volume)) return "requested PV is too small";
  if (storageClassOf(volume) !== storageClassOf(claim)) return "storageClassName does not match";
  if (isOfOtherAttributes(claim, volume)) return "volumeAttributesClassName does not match";
  if (isOfOtherMode(claim, volume)) return "incompatible volumeMode";
  return lacksAccess(claim, volume) ? "incompatible accessMode" : undefined;
}

/**
 * The volume reserved for the claim, whatever its class; otherwise the smallest free one among those whose access modes
 * exceed the claim's the least.
 */
export function bestVolume(claim: Claim, volumes: readonly Volume[], onlyReserved: boolean): Volume | undefined {
  const fitting = volumes.filter(
    (volume) =>
      !volume.metadata.deletionTimestamp &&
      !isTooSmall(claim, volume) &&
      !isOfOtherAttributes(claim, volume) &&
      !isOfOtherMode(claim, volume) &&
      !lacksAccess(claim, volume),
  );
  const reserved = fitting.find((volume) => isFor(volume, claim));
  if (reserved || onlyReserved) return reserved;
  const { selector } = claim.spec;
  const free = fitting.filter(
    (volume) =>
      !volume.spec.claimRef &&
      storageClassOf(volume) === storageClassOf(claim) &&
      (!selector || selects(selector, volume.metadata.labels)),
  );
  const access = ({ spec }: Volume) => spec.accessModes?.length ?? 0;
  return free.toSorted(
    (a, b) => access(a) - access(b) || compareQuantities(a.spec.capacity?.storage, b.spec.capacity?.storage),
  )[0];
}
