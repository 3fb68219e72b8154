/** The PersistentVolume for a directory that a node keeps for a claim, shaped as by external-provisioner. */
import type { Node, PersistentVolume } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { LOCAL_PROVISIONER } from "../../../api/node/local-volumes.ts";
import { storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { PROVISIONED_BY } from "../volume/reclaim.ts";
import type { Claim } from "../volume/volume-match.ts";
import { HOSTNAME, hostnameOf } from "./volume-node.ts";

/** Keeps a volume until its data is removed, even if it is deleted before its claim. */
export const FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer";

export const volumeNameOf = ({ metadata }: Claim): string => `pvc-${metadata.uid}`;

export interface Place {
  readonly node: Stored<Node>;
  readonly path: string;
}

export function volumeFor(claim: Claim, storage: StorageClass, { node, path }: Place): PersistentVolume {
  const { metadata, spec } = claim;
  const { reclaimPolicy = "Delete", mountOptions } = storage;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: {
      name: volumeNameOf(claim),
      annotations: { [PROVISIONED_BY]: LOCAL_PROVISIONER },
      ...(reclaimPolicy === "Delete" && { finalizers: [FINALIZER] }),
    },
    spec: {
      capacity: { storage: spec.resources?.requests?.storage ?? "0" },
      accessModes: [...(spec.accessModes ?? [])],
      volumeMode: "Filesystem",
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClassOf(claim),
      ...(mountOptions && mountOptions.length > 0 && { mountOptions }),
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME, operator: "In", values: [hostnameOf(node)] }] }],
        },
      },
    },
    status: {},
  };
}
