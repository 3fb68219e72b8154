import type { GroupResource } from "../../api/store.ts";
import { NODE_CREDENTIALS } from "../auth/node-credential.ts";

/** Writes to these change policy. */
export const POLICY_RESOURCES: readonly GroupResource[] = [
  NODE_CREDENTIALS,
  "roles.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "rolebindings.rbac.authorization.k8s.io",
  "clusterrolebindings.rbac.authorization.k8s.io",
  "priorityclasses.scheduling.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
];

const policyResources: ReadonlySet<GroupResource> = new Set(POLICY_RESOURCES);

export const isPolicy = (resource: GroupResource): boolean => policyResources.has(resource);
