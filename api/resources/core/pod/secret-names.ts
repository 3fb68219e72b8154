import type { Pod, Volume } from "../../../generated/core.v1.ts";
import { podReferences } from "../../../node/node-sync.ts";

/** Secrets named by volume types other than `secret` and `projected`. */
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

/** All secrets in its namespace that a pod refers to. */
export const podSecretNames = (pod: Pod): string[] => [
  ...new Set([
    ...podReferences(pod)
      .filter((reference) => reference.startsWith(SECRET))
      .map((reference) => reference.slice(reference.lastIndexOf(" ") + 1)),
    ...volumeSecrets(pod).filter((name) => name !== ""),
  ]),
];
