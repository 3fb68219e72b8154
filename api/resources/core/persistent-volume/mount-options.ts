/** Mount options in an annotation, from before there was a field for them (pkg/volume/validation). */
import type { PersistentVolume, PersistentVolumeSpec } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden } from "../../../machinery/field-error.ts";

export const MOUNT_OPTIONS_ANNOTATION = "volume.beta.kubernetes.io/mount-options";

const TAKE_OPTIONS = [
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "nfs",
  "rbd",
  "quobyte",
  "iscsi",
  "cinder",
  "cephfs",
  "azureFile",
  "vsphereVolume",
  "azureDisk",
  "photonPersistentDisk",
] as const satisfies readonly (keyof PersistentVolumeSpec)[];

export function mountOptionErrors({ metadata, spec }: PersistentVolume): FieldError[] {
  if (metadata.annotations?.[MOUNT_OPTIONS_ANNOTATION] === undefined) return [];
  if (TAKE_OPTIONS.some((source) => spec[source])) return [];
  const path = `metadata.annotations.${MOUNT_OPTIONS_ANNOTATION}`;
  return [forbidden(path, "may not specify mount options for this volume type")];
}
