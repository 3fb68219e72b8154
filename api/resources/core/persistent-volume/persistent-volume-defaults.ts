import type { PersistentVolume } from "../../../generated/core.v1.ts";
import { roundResources } from "../resource-list.ts";
import { defaultVolumeSource } from "./volume-source-defaults.ts";

export function defaultPersistentVolume({ spec, status }: PersistentVolume): void {
  status.phase ??= "Pending";
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
  roundResources(spec.capacity);
  if (spec.hostPath) spec.hostPath.type ??= "";
  defaultVolumeSource(spec);
}
