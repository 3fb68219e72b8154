/** Warning headers about volumes and claims. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../../generated/core.v1.ts";
import { nodeTermWarnings } from "../deprecated-node-labels.ts";
import { MOUNT_OPTIONS_ANNOTATION } from "./mount-options.ts";
import { claimSpecWarnings } from "./persistent-volume-claim-spec.ts";
import { STORAGE_CLASS_ANNOTATION } from "./storage-class-name.ts";

const DEPRECATED = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
] as const;

const classWarning = ({ metadata }: PersistentVolume | PersistentVolumeClaim): string[] =>
  metadata.annotations?.[STORAGE_CLASS_ANNOTATION] === undefined
    ? []
    : [
        `metadata.annotations[${STORAGE_CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`,
      ];

export const claimWarnings = (claim: PersistentVolumeClaim): string[] => [
  ...classWarning(claim),
  ...claimSpecWarnings(claim.spec, "spec"),
];

export function volumeWarnings(volume: PersistentVolume): string[] {
  const { metadata, spec } = volume;
  const warnings = classWarning(volume);
  if (metadata.annotations?.[MOUNT_OPTIONS_ANNOTATION] !== undefined)
    warnings.push(
      `metadata.annotations[${MOUNT_OPTIONS_ANNOTATION}]: deprecated since v1.31; use "mountOptions" attribute instead`,
    );
  if (spec.persistentVolumeReclaimPolicy === "Recycle")
    warnings.push(
      "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.",
    );
  spec.nodeAffinity?.required?.nodeSelectorTerms?.forEach((term, i) => {
    warnings.push(...nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`));
  });
  for (const [field, shown, text] of DEPRECATED) if (spec[field] !== undefined) warnings.push(`spec.${shown}: ${text}`);
  return warnings;
}
