/** A volume, its claim and two nodes, under the controller that attaches volumes. */
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { VolumeAttachment } from "../../../api/generated/storage.v1.ts";
import { attachDetachController } from "../../../worker/controllers/volume/attachment.ts";
import { controlledCluster } from "./controlled-cluster.ts";

export const ATTACHMENTS = "volumeattachments.storage.k8s.io";

export function start() {
  const at = controlledCluster([attachDetachController]);
  const { cluster } = at;
  for (const name of ["n1", "n2"])
    cluster.put("nodes", {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" } },
      spec: {},
      status: {},
    } as Node);
  cluster.put("persistentvolumes", {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "v" },
    spec: {
      accessModes: ["ReadWriteOnce"],
      csi: { driver: "d.example.com", volumeHandle: "h" },
      claimRef: { namespace: "ns", name: "c" },
    },
    status: {},
  } as PersistentVolume);
  cluster.put("persistentvolumeclaims", {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "c", namespace: "ns" },
    spec: { volumeName: "v" },
    status: { phase: "Bound" },
  } as PersistentVolumeClaim);
  const setClaim = ({ spec, status }: Pick<PersistentVolumeClaim, "spec" | "status">) =>
    cluster.change<PersistentVolumeClaim>("persistentvolumeclaims", "ns", "c", (draft) => {
      draft.spec = spec;
      draft.status = status;
    });
  const unbind = (spec = {}) => setClaim({ spec, status: { phase: "Pending" } });
  const bind = (volumeName = "v") => setClaim({ spec: { volumeName }, status: { phase: "Bound" } });
  const use = (name: string, nodeName: string) =>
    cluster.put("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns" },
      spec: { nodeName, containers: [], volumes: [{ name: "d", persistentVolumeClaim: { claimName: "c" } }] },
      status: {},
    } as Pod);
  const attachments = () => cluster.list<VolumeAttachment>(ATTACHMENTS);
  const change = (edit: (draft: VolumeAttachment) => void) => {
    const [{ metadata } = { metadata: { name: "" } }] = attachments();
    cluster.change<VolumeAttachment>(ATTACHMENTS, "", metadata.name, edit);
  };
  const attach = () =>
    change((draft) => {
      draft.status.attached = true;
    });
  const events = () => cluster.list("events").map(({ reason, message }) => `${reason}: ${message}`);
  return { ...at, unbind, bind, use, attachments, change, attach, events };
}
