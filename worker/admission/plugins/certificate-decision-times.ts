/**
 * A decision about a certificate request tells when it was made, whoever makes it. Kubernetes does this in the kind's
 * strategy, which has a clock (pkg/registry/certificates/certificates/strategy.go).
 */
import type { CertificateSigningRequest } from "../../../api/generated/certificates.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const certificateDecisionTimes: AdmissionPlugin = {
  name: "CertificateDecisionTimes",
  handles: ({ operation, subresource, object }) =>
    operation === "UPDATE" &&
    (subresource === "approval" || subresource === "status") &&
    object?.kind === "CertificateSigningRequest",
  mutate({ object, old, context: { now } }) {
    const { conditions } = (object as CertificateSigningRequest).status;
    const before = (old as CertificateSigningRequest | undefined)?.status.conditions ?? [];
    for (const condition of conditions ?? []) {
      condition.lastUpdateTime ??= timestamp(now);
      const known = before.find(({ type, status }) => type === condition.type && status === condition.status);
      condition.lastTransitionTime ??= known?.lastTransitionTime ?? timestamp(now);
    }
  },
};
