import type { PodDisruptionBudget } from "../../generated/policy.v1.ts";
import { validateConditions } from "../../machinery/condition-validation.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupported } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { nameIsPathSegment } from "../../machinery/names.ts";
import { checkAtMostAll, checkIntOrPercent } from "../apps/rolling-update.ts";
import { defineResource } from "../resource.ts";

export const podDisruptionBudget = defineResource<PodDisruptionBudget>({
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  scope: "Namespaced",
  updateChecks: ["whole", "changes"],
  anyFinalizer: true,
  shortNames: ["pdb"],
  generation: true,
  validateName: nameIsPathSegment,
  allowUnconditionalUpdate: false,
  validate: validateBudget,
  status: { validatesMetadata: false, validateUpdate: validateStatus },
  columns: [
    {
      name: "Min Available",
      type: "string",
      description: "The minimum number of pods that must be available.",
      of: ({ spec }) => String(spec.minAvailable ?? "N/A"),
    },
    {
      name: "Max Unavailable",
      type: "string",
      description: "The maximum number of pods that may be unavailable.",
      of: ({ spec }) => String(spec.maxUnavailable ?? "N/A"),
    },
    {
      name: "Allowed Disruptions",
      type: "integer",
      description: "Calculated number of pods that may be disrupted at this time.",
      of: ({ status }) => status.disruptionsAllowed ?? 0,
    },
  ],
});

const EVICTION_POLICIES = ["AlwaysAllow", "IfHealthyBudget"];

function validateBudget({ spec }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy: policy } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    // Kubernetes prints its internal type here, whose fields have no JSON names.
    const printed = {
      MinAvailable: minAvailable,
      Selector: selector ?? null,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: policy ?? null,
    };
    errors.push(invalid("spec", printed, "minAvailable and maxUnavailable cannot be both set"));
  }
  if (minAvailable !== undefined) checkShare(errors, "spec.minAvailable", minAvailable);
  if (maxUnavailable !== undefined) checkShare(errors, "spec.maxUnavailable", maxUnavailable);
  errors.push(...validateLabelSelector(selector, "spec.selector"));
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy))
    errors.push(notSupported("spec.unhealthyPodEvictionPolicy", policy, EVICTION_POLICIES));
  return errors;
}

function checkShare(errors: FieldError[], path: string, value: number | string): void {
  checkIntOrPercent(errors, path, value);
  checkAtMostAll(errors, path, value);
}

function validateStatus({ status }: PodDisruptionBudget): FieldError[] {
  const errors = validateConditions(status.conditions, "status.conditions");
  checkNonNegative(errors, "status.disruptionsAllowed", status.disruptionsAllowed);
  checkNonNegative(errors, "status.currentHealthy", status.currentHealthy);
  checkNonNegative(errors, "status.desiredHealthy", status.desiredHealthy);
  checkNonNegative(errors, "status.expectedPods", status.expectedPods);
  return errors;
}
