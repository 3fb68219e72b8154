/** Pods that the Pod Security Standards are asked about. */
import type { Container, PodSpec } from "../../../api/generated/core.v1.ts";
import { detailOf, violationsOf } from "../../../worker/admission/plugins/pod-security/evaluate.ts";
import type { Level } from "../../../worker/admission/plugins/pod-security/policy.ts";

export const LATEST = Number.POSITIVE_INFINITY;

/** What the restricted level requires of each container. */
export const HARDENED: Container["securityContext"] = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};

export const container = (
  securityContext: Container["securityContext"] = {},
  more: Partial<Container> = {},
): Container => ({ name: "c", image: "i", securityContext, ...more });

/** A pod that the restricted level allows. */
export const hardened = (spec: Partial<PodSpec> = {}): PodSpec => ({
  containers: [container(HARDENED)],
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  ...spec,
});

/** What a level finds wrong with a pod, as it is reported; nothing if it allows it. */
export const found = (spec: PodSpec, level: Level, minor = LATEST, annotations: Record<string, string> = {}): string =>
  detailOf(violationsOf({ metadata: { name: "p", annotations }, spec }, { level, minor }));
