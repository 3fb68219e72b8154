/** The events of a claim for which no volume is found, and the provisioner that is to make one. */
import type { PersistentVolumeClaim, Pod } from "../../../api/generated/core.v1.ts";
import type { StorageClass } from "../../../api/generated/storage.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { namesStorageClass, storageClassOf } from "../../../api/resources/core/persistent-volume/storage-class-name.ts";
import { DEFAULT_STORAGE_CLASS, defaultClassOf } from "../../../api/resources/storage/default-class.ts";
import type { Effect, EventRecord, Plan, Snapshot } from "../controller.ts";
import { isTerminated } from "../pod/pod-state.ts";
import { statusUpdate } from "../status-update.ts";
import type { Claim } from "./volume-match.ts";

export const CLAIMS = "persistentvolumeclaims";
export const CLASSES = "storageclasses.storage.k8s.io";
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
export const PROVISIONERS = [
  "volume.kubernetes.io/storage-provisioner",
  "volume.beta.kubernetes.io/storage-provisioner",
];
/** The CSI drivers that replaced in-tree provisioners. */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/azure-file", "file.csi.azure.com"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/portworx-volume", "pxd.portworx.com"],
  ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"],
]);

/** Built into Kubernetes for single-node tests, and off by default. */
const HOST_PATH = "kubernetes.io/host-path";

/** Its claims are bound by the scheduler, along with the pod that uses them. */
export const isDelayed = (storage: StorageClass | undefined): boolean =>
  storage?.volumeBindingMode === "WaitForFirstConsumer";

export const claimNames = ({ metadata, spec }: Stored<Pod>): readonly string[] =>
  (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata.name}-${name}`] : [];
  });

/** Called for each pod of a namespace: makes no list. */
export const usesClaim = ({ metadata, spec }: Stored<Pod>, claim: string | undefined): boolean =>
  spec.volumes?.some(({ name, persistentVolumeClaim, ephemeral }) =>
    persistentVolumeClaim
      ? persistentVolumeClaim.claimName === claim
      : ephemeral && `${metadata.name}-${name}` === claim,
  ) ?? false;

export function pending(claim: Claim, events: readonly EventRecord[]): Plan {
  const { accessModes: _, capacity: __, currentVolumeAttributesClassName: ___, ...status } = claim.status;
  return { effects: statusUpdate(CLAIMS, claim, { ...status, phase: "Pending" }), events };
}

export function planWaiting(claim: Claim, storage: Stored<StorageClass> | undefined, snapshot: Snapshot): Plan {
  const eventOf = (type: "Normal" | "Warning", reason: string, message: string) =>
    pending(claim, [{ about: claim, type, reason, message }]);
  if (!namesStorageClass(claim)) {
    const name = defaultClassOf(snapshot.list(CLASSES), DEFAULT_STORAGE_CLASS);
    if (name !== undefined) return { effects: [classified(claim, name)] };
  }
  const name = storageClassOf(claim);
  if (isDelayed(storage) && claim.metadata.annotations?.[SELECTED_NODE] === undefined)
    return eventOf("Normal", ...consumersOf(claim, snapshot));
  if (name === "")
    return eventOf(
      "Normal",
      "FailedBinding",
      "no persistent volumes available for this claim and no storage class is set",
    );
  if (!storage) return eventOf("Warning", "ProvisioningFailed", `storageclass.storage.k8s.io "${name}" not found`);
  const provisioner = SUCCESSORS.get(storage.provisioner) ?? storage.provisioner;
  const isOff = provisioner === HOST_PATH;
  if (provisioner.startsWith("kubernetes.io/") && !isOff)
    return eventOf("Warning", "ProvisioningFailed", `no volume plugin matched name: ${provisioner}`);
  // Only once the claim has the annotation, since writing that reconciles it again.
  if (claim.metadata.annotations?.[PROVISIONERS[0] ?? ""] !== provisioner)
    return { effects: [provisionedBy(claim, provisioner), ...pending(claim, []).effects] };
  if (isOff)
    return eventOf(
      "Warning",
      "ProvisioningFailed",
      `Failed to create provisioner: provisioning in volume plugin "${provisioner}" is disabled`,
    );
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return eventOf("Normal", "ExternalProvisioning", message);
}

/** The class became the default after the claim was created. */
const classified = (claim: Claim, storageClassName: string): Effect => patch(claim, { spec: { storageClassName } });

/** Provisioners look for claims that name them. */
const provisionedBy = (claim: Claim, provisioner: string): Effect =>
  patch(claim, { metadata: { annotations: Object.fromEntries(PROVISIONERS.map((key) => [key, provisioner])) } });

const patch = (
  { metadata: { namespace = "", name } }: Stored<PersistentVolumeClaim>,
  changes: Readonly<Record<string, unknown>>,
): Effect => ({
  op: "patch",
  resource: CLAIMS,
  namespace,
  name,
  type: "application/merge-patch+json",
  patch: changes,
});

/** Pods that use the claim and have no node yet. */
function consumersOf(claim: Claim, snapshot: Snapshot): readonly [reason: string, message: string] {
  const { namespace = "", name } = claim.metadata;
  const pods = snapshot
    .list("pods", namespace)
    .filter((pod) => !pod.spec.nodeName && !isTerminated(pod) && usesClaim(pod, name))
    .map(({ metadata }) => metadata.name);
  if (pods.length === 0) return ["WaitForFirstConsumer", "waiting for first consumer to be created before binding"];
  return ["WaitForPodScheduled", `waiting for pod${pods.length > 1 ? "s" : ""} ${pods.join(",")} to be scheduled`];
}
