/**
 * Timestamps decisions about certificate requests, whoever makes them. In Kubernetes the kind's strategy does this,
 * since it has a clock (pkg/registry/certificates/certificates/strategy.go).
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
