/** Makes a volume for each claim of its classes and deletes those that are released, as external-provisioner does. */
import type { PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import type { ClusterState } from "../../test/history/cluster-state.ts";
import type { WalkClient } from "./walk-client.ts";

const NAME = "walk.example.com/provisioner";
const SELECTED_NODE = "volume.kubernetes.io/selected-node";
const VOLUMES = { resource: "persistentvolumes" };

export const STATIC = "walk-static";
export const classes: readonly KubeObject[] = (
  [
    ["walk-now", NAME, "Immediate"],
    ["walk-wait", NAME, "WaitForFirstConsumer"],
    [STATIC, "kubernetes.io/no-provisioner", "WaitForFirstConsumer"],
  ] as const
).map(([name, provisioner, volumeBindingMode]) => ({ metadata: { name }, provisioner, volumeBindingMode }));

export async function provision(state: ClusterState, client: WalkClient): Promise<void> {
  const provisioned = new Set(state.list("persistentvolumes").map(({ spec }) => spec.claimRef?.uid));
  for (const claim of state.list("persistentvolumeclaims")) {
    const { uid, annotations, deletionTimestamp } = claim.metadata;
    const isWanted = annotations?.["volume.kubernetes.io/storage-provisioner"] === NAME;
    const waits = claim.spec.storageClassName === "walk-wait" && annotations?.[SELECTED_NODE] === undefined;
    if (!isWanted || waits || deletionTimestamp || claim.spec.volumeName || provisioned.has(uid)) continue;
    await client.create(VOLUMES, volumeFor(claim) as KubeObject);
  }
  for (const { metadata, spec, status } of state.list("persistentvolumes"))
    if (status.phase === "Released" && spec.storageClassName !== STATIC && !metadata.deletionTimestamp)
      await client.delete({ ...VOLUMES, name: metadata.name });
}

function volumeFor({ apiVersion, kind, metadata, spec }: Stored<PersistentVolumeClaim>): Partial<PersistentVolume> {
  const { name, namespace = "", uid, resourceVersion, annotations } = metadata;
  const node = annotations?.[SELECTED_NODE];
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node ?? ""] }];
  return {
    metadata: { name: `pvc-${uid}`, annotations: { "pv.kubernetes.io/provisioned-by": NAME } },
    spec: {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Delete",
      ...(spec.storageClassName !== undefined && { storageClassName: spec.storageClassName }),
      claimRef: { apiVersion, kind, name, namespace, uid, resourceVersion },
      hostPath: { path: "/volume" },
      ...(node !== undefined && { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } } }),
    },
  };
}
