/** The admission chain, in Kubernetes' order. */
import type { FieldError } from "../../api/machinery/field-error.ts";
import { groupResource } from "../../api/machinery/meta.ts";
import type { Resource } from "../../api/resources/resource.ts";
import type { Write } from "../../api/store/store.ts";
import { mutateWith } from "./mutate-with.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { certificateDecisionTimes } from "./plugins/certificate-decision-times.ts";
import { certificateRequestSignature } from "./plugins/certificate-request-signature.ts";
import { certificateRequestUser } from "./plugins/certificate-request-user.ts";
import { certificateApproval, certificateSigning } from "./plugins/certificate-signers.ts";
import { certificateSubjectRestriction } from "./plugins/certificate-subject-restriction.ts";
import { claimStatusRights } from "./plugins/claim-status-rights.ts";
import { customResourceNames } from "./plugins/custom-resource-names.ts";
import { defaultIngressClass, defaultStorageClass } from "./plugins/default-class.ts";
import { defaultServiceAccount } from "./plugins/default-service-account.ts";
import { defaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { deviceAdminAccess } from "./plugins/device-admin-access.ts";
import { deviceTaintTime } from "./plugins/device-taint-time.ts";
import { endingDefinition } from "./plugins/ending-definition.ts";
import { claimLimits, podLimits } from "./plugins/limit-ranger/index.ts";
import { localApiService } from "./plugins/local-api-service.ts";
import { immortalNamespaces, namespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { nodeCredential } from "./plugins/node-credential.ts";
import { nodeDeclaredFeatures } from "./plugins/node-declared-features.ts";
import { nodeRestriction } from "./plugins/node-restriction/index.ts";
import { persistentVolumeClaimResize } from "./plugins/persistent-volume-claim-resize.ts";
import { podResize } from "./plugins/pod-resize.ts";
import { podSecurityOfNamespaces, podSecurityOfPods, podSecurityOfWorkloads } from "./plugins/pod-security/index.ts";
import { podTopologyLabels } from "./plugins/pod-topology-labels.ts";
import { podPriority, priorityClasses } from "./plugins/priority.ts";
import { bindingEscalation, roleEscalation } from "./plugins/rbac-escalation.ts";
import { rbacSize } from "./plugins/rbac-size.ts";
import { resourceQuota } from "./plugins/resource-quota/index.ts";
import { runtimeClass } from "./plugins/runtime-class.ts";
import { serviceAccountAdmission } from "./plugins/service-account.ts";
import { serviceAddresses } from "./plugins/service-addresses/index.ts";
import { storageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";
import { volumePhaseTime } from "./plugins/volume-phase-time.ts";
import { mutatingPolicies } from "./policies/mutating-policies.ts";
import { validatingPolicies } from "./policies/validating-policies.ts";
import { restoreManagedFields } from "./readable-owners.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

export const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  immortalNamespaces,
  endingDefinition,
  deviceAdminAccess,
  claimStatusRights,
  podLimits,
  claimLimits,
  serviceAccountAdmission,
  nodeRestriction,
  taintNodesByCondition,
  podSecurityOfPods,
  podSecurityOfWorkloads,
  podSecurityOfNamespaces,
  podPriority,
  priorityClasses,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  deviceTaintTime,
  localApiService,
  certificateApproval,
  certificateSigning,
  certificateRequestSignature,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  nodeDeclaredFeatures,
  podResize,
  mutatingPolicies,
  mutatingWebhooks,
  certificateRequestUser,
  certificateDecisionTimes,
  volumePhaseTime,
  validatingPolicies,
  validatingWebhooks,
  resourceQuota,
  serviceAddresses,
  defaultServiceAccount,
  customResourceNames,
  nodeCredential,
  roleEscalation,
  bindingEscalation,
  rbacSize,
];

const byResource = new WeakMap<Resource, readonly AdmissionPlugin[]>();

/** The plugins for the requested resource. */
function pluginsFor({ context: { served } }: AdmissionRequest): readonly AdmissionPlugin[] {
  const { resource } = served;
  const known = byResource.get(resource);
  if (known) return known;
  const name = groupResource(resource.group, resource.plural);
  const found = plugins.filter(({ resources }) => resources?.has(name) ?? true);
  byResource.set(resource, found);
  return found;
}

export async function admitMutation(request: AdmissionRequest): Promise<void> {
  const concerned = pluginsFor(request);
  await request.reads.prefetch(
    concerned.flatMap((plugin) => (plugin.handles(request) && plugin.reads?.(request)) || []),
  );
  const before = request.object?.metadata.managedFields;
  await mutateWith(concerned, request);
  restoreManagedFields(request, before);
}

export async function fieldsWithoutRights(request: AdmissionRequest): Promise<readonly FieldError[]> {
  const errors: FieldError[] = [];
  for (const plugin of pluginsFor(request)) {
    if (plugin.withoutRights && plugin.handles(request)) errors.push(...(await plugin.withoutRights(request)));
  }
  return errors;
}

export async function admitAssignment(request: AdmissionRequest): Promise<void> {
  for (const plugin of pluginsFor(request)) {
    if (plugin.assign && plugin.handles(request)) await plugin.assign(request);
  }
}

export async function admitValidation(request: AdmissionRequest): Promise<void> {
  for (const plugin of pluginsFor(request)) {
    if (plugin.validate && plugin.handles(request)) await plugin.validate(request);
  }
}

export async function admitAllocation(request: AdmissionRequest): Promise<void> {
  for (const plugin of pluginsFor(request)) {
    if (plugin.allocate && plugin.handles(request)) await plugin.allocate(request);
  }
}

/** A commit failed on a write that a plugin added: lets that plugin explain why. */
export async function explainFailure(request: AdmissionRequest, failed: Write): Promise<void> {
  for (const plugin of pluginsFor(request)) {
    if (plugin.explain && plugin.handles(request)) await plugin.explain(request, failed);
  }
}
