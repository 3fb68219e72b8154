/** The admission chain, in Kubernetes' order. */
import type { Write } from "../../api/store.ts";
import { certificateRequestUser } from "./certificate-request-user.ts";
import { customResourceNames } from "./custom-resource-names.ts";
import { defaultServiceAccount } from "./default-service-account.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./plugin.ts";
import { priority } from "./priority.ts";
import { serviceAccountAdmission } from "./service-account.ts";
import { serviceAddresses } from "./service-addresses/index.ts";

export const plugins: readonly AdmissionPlugin[] = [
  namespaceLifecycle,
  certificateRequestUser,
  serviceAccountAdmission,
  priority,
  defaultTolerationSeconds,
  serviceAddresses,
  defaultServiceAccount,
  customResourceNames,
];

export async function admitMutation(request: AdmissionRequest): Promise<void> {
  for (const plugin of plugins) {
    if (plugin.mutate && plugin.handles(request)) await plugin.mutate(request);
  }
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
