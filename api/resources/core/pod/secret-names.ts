import type { Pod, Volume } from "../../../generated/core.v1.ts";
import { podReferences } from "../../../node/node-sync.ts";

/** Secrets that volumes of other kinds than `secret` and `projected` name. */
export const volumeSecrets = ({ spec }: Pod): string[] =>
  (spec.volumes ?? []).flatMap((volume: Volume) => [
    ...(volume.azureFile ? [volume.azureFile.secretName] : []),
    ...[
      volume.cephfs,
      volume.cinder,
      volume.flexVolume,
      volume.rbd,
      volume.scaleIO,
      volume.iscsi,
      volume.storageos,
    ].flatMap((source) => source?.secretRef?.name ?? []),
    ...(volume.csi?.nodePublishSecretRef?.name === undefined ? [] : [volume.csi.nodePublishSecretRef.name]),
  ]);

const SECRET = "secrets ";

/** All secrets that a pod names, of its namespace. */
export const podSecretNames = (pod: Pod): string[] => [
  ...new Set([
    ...podReferences(pod)
      .filter((reference) => reference.startsWith(SECRET))
      .map((reference) => reference.slice(reference.lastIndexOf(" ") + 1)),
    ...volumeSecrets(pod).filter((name) => name !== ""),
  ]),
];
