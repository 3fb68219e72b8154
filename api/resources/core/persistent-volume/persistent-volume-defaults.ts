import type { PersistentVolume, PersistentVolumeSpec } from "../../../generated/core.v1.ts";
import { roundResources } from "../resource-list.ts";
import { defaultVolumeSource } from "./volume-source-defaults.ts";

export function defaultPersistentVolume({ spec, status }: PersistentVolume): void {
  status.phase ??= "Pending";
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
  defaultInlineVolume(spec);
}

/** What an attachment's volume gets, too, which is no object of its own. */
export function defaultInlineVolume(spec: PersistentVolumeSpec): void {
  roundResources(spec.capacity);
  if (spec.hostPath) spec.hostPath.type ??= "";
  defaultVolumeSource(spec);
}
