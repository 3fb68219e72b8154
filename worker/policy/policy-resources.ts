import type { GroupResource, Write } from "../../api/store/store.ts";
import { CLUSTER_SETTINGS, CLUSTERS, NODE_CREDENTIALS } from "./internal-resources.ts";

/** Held in full by the snapshot: every write to these changes policy. */
const DECIDING: readonly GroupResource[] = [
  CLUSTERS,
  CLUSTER_SETTINGS,
  NODE_CREDENTIALS,
  "roles.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "apiservices.apiregistration.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "limitranges",
  "runtimeclasses.node.k8s.io",
  "storageclasses.storage.k8s.io",
  "deviceclasses.resource.k8s.io",
  "ingressclasses.networking.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
];

/**
 * For these the snapshot only knows which exist. Their contents change all the time and are read with each use, so only
 * a new object invalidates older snapshots.
 */
const EXISTING: readonly GroupResource[] = ["resourcequotas"];

export const POLICY_RESOURCES: readonly GroupResource[] = [...DECIDING, ...EXISTING];

const deciding: ReadonlySet<GroupResource> = new Set(DECIDING);
const existing: ReadonlySet<GroupResource> = new Set(EXISTING);

/** Whether a change of such an object is a change of policy. */
export const decides = (resource: GroupResource): boolean => deciding.has(resource);

export const changesPolicy = (writes: readonly Write[]): boolean =>
  writes.some(
    ({ op, key: { resource } }) =>
      (op !== "expect" && deciding.has(resource)) || (op === "create" && existing.has(resource)),
  );
