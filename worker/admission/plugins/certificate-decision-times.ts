/**
 * Timestamps all decisions about certificate requests. In Kubernetes the kind's strategy does this,
 * since it has a clock (pkg/registry/certificates/certificates/strategy.go).
 */
import { timestamp } from "../../../api/machinery/time/time.ts";
import { defineResourcePlugin } from "../resource-plugin.ts";

export const certificateDecisionTimes = defineResourcePlugin({
  name: "CertificateDecisionTimes",
  resources: ["certificatesigningrequests.certificates.k8s.io"],
  handles: ["UPDATE approval", "UPDATE status"],
  mutate({ object, old, context: { now } }) {
    const before = old.status.conditions ?? [];
    for (const condition of object.status.conditions ?? []) {
      condition.lastUpdateTime ??= timestamp(now);
      const known = before.find(({ type, status }) => type === condition.type && status === condition.status);
      condition.lastTransitionTime ??= known?.lastTransitionTime ?? timestamp(now);
    }
  },
});
