/** A cluster whose claims are bound, and whose nodes create their volumes. */
import type { Node, PersistentVolumeClaim } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import { LOCAL_PROVISIONER, LOCAL_VOLUMES } from "../../../api/node/local-volumes.ts";
import { localVolumeClass } from "../../../worker/controllers/local-volumes/local-class.ts";
import { localVolumeDeleter } from "../../../worker/controllers/local-volumes/local-deleter.ts";
import { localVolumeProvisioner } from "../../../worker/controllers/local-volumes/local-provisioner.ts";
import { localVolumeResizer } from "../../../worker/controllers/local-volumes/local-resizer.ts";
import { volumeBinder } from "../../../worker/controllers/volume/binder.ts";
import { claimProtection, volumeProtection } from "../../../worker/controllers/volume/protection.ts";
import { controlledCluster } from "./controlled-cluster.ts";

export const CLASSES = "storageclasses.storage.k8s.io";
export const SELECTED = "volume.kubernetes.io/selected-node";
export const FINALIZER = "external-provisioner.volume.kubernetes.io/finalizer";
export const DIRECTORY = "/var/volumes";

export const start = () =>
  controlledCluster([
    ...[volumeBinder, claimProtection, volumeProtection],
    ...[localVolumeClass, localVolumeProvisioner, localVolumeDeleter, localVolumeResizer],
  ]);
export type At = ReturnType<typeof start>;

export const node = (name: string, { keeps = true, ready = true } = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name,
    labels: { "kubernetes.io/hostname": name, ...(keeps && { [LOCAL_VOLUMES]: "true" }) },
    annotations: keeps ? { [LOCAL_VOLUMES]: DIRECTORY } : {},
  },
  spec: {},
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "Unknown" }] },
});
export const claim = (
  name: string,
  spec: Partial<PersistentVolumeClaim["spec"]> = {},
  on?: string,
): PersistentVolumeClaim => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: "ns", ...(on !== undefined && { annotations: { [SELECTED]: on } }) },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  status: { phase: "Pending" },
});
export const ownClass = (name: string, more: Partial<StorageClass> = {}): StorageClass => ({
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name },
  provisioner: LOCAL_PROVISIONER,
  ...more,
});

export const claimAt = ({ cluster }: At, name: string) => cluster.get("persistentvolumeclaims", "ns", name);
export const volumes = ({ cluster }: At) => cluster.list("persistentvolumes");
export const nameOf = (at: At, name: string) => `pvc-${claimAt(at, name)?.metadata.uid}`;
export const calls = ({ cluster }: At) => cluster.requests.filter((request) => /^(PUT|DELETE) /.test(request));
export const callOf = (method: string, on: string, name: string) =>
  `${method} /api/v1/nodes/${on}/proxy/localVolumes/${name}?path=${encodeURIComponent(`${DIRECTORY}/${name}`)}`;
export const eventsOf = ({ cluster }: At, about: RegExp) =>
  cluster.list("events").flatMap(({ reason = "", message = "" }) => (about.test(reason) ? [message] : []));

export async function withVolume(): Promise<At & { readonly name: string }> {
  const at = start();
  at.cluster.put("nodes", node("a"));
  await at.settle();
  at.cluster.put("persistentvolumeclaims", claim("c", {}, "a"));
  await at.settle();
  return Object.assign(at, { name: nameOf(at, "c") });
}
