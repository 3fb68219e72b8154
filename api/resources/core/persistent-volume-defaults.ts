import type { PersistentVolume } from "../../generated/core.v1.ts";
import { roundResources } from "./resource-list.ts";

export function defaultPersistentVolume({ spec, status }: PersistentVolume): void {
  status.phase ??= "Pending";
  spec.persistentVolumeReclaimPolicy ||= "Retain";
  spec.volumeMode ??= "Filesystem";
  roundResources(spec.capacity);
  const { hostPath, iscsi, rbd, scaleIO, azureDisk } = spec;
  if (hostPath) hostPath.type ??= "";
  if (iscsi) iscsi.iscsiInterface ||= "default";
  if (rbd) {
    rbd.pool ||= "rbd";
    rbd.user ||= "admin";
    rbd.keyring ||= "/etc/ceph/keyring";
  }
  if (scaleIO) {
    scaleIO.storageMode ||= "ThinProvisioned";
    scaleIO.fsType ||= "xfs";
  }
  if (!azureDisk) return;
  azureDisk.cachingMode ??= "ReadWrite";
  azureDisk.kind ??= "Shared";
  azureDisk.fsType ??= "ext4";
  azureDisk.readOnly ??= false;
}
