/** Defaults of sources that pods' volumes and persistent volumes share. */
import type { PersistentVolumeSpec, Volume } from "../../../generated/core.v1.ts";

type Sources = Pick<Volume & PersistentVolumeSpec, "iscsi" | "rbd" | "azureDisk" | "scaleIO">;

export function defaultVolumeSource({ iscsi, rbd, azureDisk, scaleIO }: Sources): void {
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
