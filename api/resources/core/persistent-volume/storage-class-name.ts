/** Which StorageClass a volume or a claim names: an annotation did before the field did, and still wins. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../generated/core.v1.ts";

export const STORAGE_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Empty where none is named. */
export const storageClassOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";

/** That none is wanted may be said as well, by an empty name. */
export const saysStorageClass = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): boolean =>
  metadata.annotations?.[STORAGE_CLASS_ANNOTATION] !== undefined || spec.storageClassName !== undefined;
