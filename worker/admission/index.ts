/** The admission chain, in Kubernetes' order. */
import type { Write } from "../../api/store.ts";
import { certificateDecisionTimes } from "./certificate-decision-times.ts";
import { certificateRequestUser } from "./certificate-request-user.ts";
import { certificateApproval, certificateSigning } from "./certificate-signers.ts";
import { certificateSubjectRestriction } from "./certificate-subject-restriction.ts";
import { claimStatusRights } from "./claim-status-rights.ts";
import { customResourceNames } from "./custom-resource-names.ts";
import { defaultIngressClass, defaultStorageClass } from "./default-class.ts";
import { defaultServiceAccount } from "./default-service-account.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { deviceAdminAccess } from "./device-admin-access.ts";
import { deviceTaintTime } from "./device-taint-time.ts";
import { endingDefinition } from "./ending-definition.ts";
import { limitRanger } from "./limit-ranger/index.ts";
import { localApiService } from "./local-api-service.ts";
import { mutateWith } from "./mutate-with.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { nodeCredential } from "./node-credential.ts";
import { nodeDeclaredFeatures } from "./node-declared-features.ts";
import { nodeRestriction } from "./node-restriction/index.ts";
import { persistentVolumeClaimResize } from "./persistent-volume-claim-resize.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { podResize } from "./pod-resize.ts";
import { podSecurity } from "./pod-security/index.ts";
import { podTopologyLabels } from "./pod-topology-labels.ts";
import { mutatingPolicies } from "./policies/mutating-policies.ts";
import { validatingPolicies } from "./policies/validating-policies.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { resourceQuota } from "./resource-quota/index.ts";
import { runtimeClass } from "./runtime-class.ts";
import { serviceAccountAdmission } from "./service-account.ts";
import { serviceAddresses } from "./service-addresses/index.ts";
import { storageObjectInUseProtection } from "./storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./taint-nodes-by-condition.ts";
import { volumePhaseTime } from "./volume-phase-time.ts";
import { mutatingWebhooks } from "./webhooks/mutating-webhooks.ts";
import { validatingWebhooks } from "./webhooks/validating-webhooks.ts";

export const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  endingDefinition,
  deviceAdminAccess,
  claimStatusRights,
  limitRanger,
  certificateRequestUser,
  serviceAccountAdmission,
  nodeRestriction,
  taintNodesByCondition,
  podSecurity,
  priority,
  defaultTolerationSeconds,
  defaultStorageClass,
  storageObjectInUseProtection,
  persistentVolumeClaimResize,
  runtimeClass,
  certificateDecisionTimes,
  volumePhaseTime,
  deviceTaintTime,
  localApiService,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  defaultIngressClass,
  podTopologyLabels,
  nodeDeclaredFeatures,
  podResize,
  mutatingPolicies,
  mutatingWebhooks,
  validatingPolicies,
  validatingWebhooks,
  resourceQuota,
  serviceAddresses,
  defaultServiceAccount,
  customResourceNames,
  nodeCredential,
  rbacEscalation,
];

export async function admitMutation(request: AdmissionRequest): Promise<void> {
  await request.reads.prefetch(plugins.flatMap((plugin) => (plugin.handles(request) && plugin.reads?.(request)) || []));
  await mutateWith(plugins, request);
}

export async function admitValidation(request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.validate && plugin.handles(request)) await plugin.validate(request);
  }
}

export async function admitAllocation(request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.allocate && plugin.handles(request)) await plugin.allocate(request);
  }
}

/** A commit failed on a write that a plugin had added: lets that plugin say why. */
export async function explainFailure(request: AdmissionRequest, failed: Write): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.explain && plugin.handles(request)) await plugin.explain(request, failed);
  }
}
