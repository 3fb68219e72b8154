/** Which StorageClass a volume or a claim names: the annotation predates the field, and still wins. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../generated/core.v1.ts";

export const STORAGE_CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

/** Empty if none is named. */
export const storageClassOf = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string =>
  metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";

/** An empty name explicitly requests no class. */
export const namesStorageClass = ({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): boolean =>
  metadata.annotations?.[STORAGE_CLASS_ANNOTATION] !== undefined || spec.storageClassName !== undefined;
