/** pkg/apis/apps/validation: DaemonSet. */
import type { DaemonSet, DaemonSetUpdateStrategy } from "../../generated/apps.v1.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import {
  checkImmutableSelector,
  printedLabelSelector,
  validateLabelSelector,
} from "../../machinery/labels-validation.ts";
import { checkPodTemplate } from "./pod-template.ts";
import { checkCollisionCount, checkReplicaCounts } from "./replicas-validation.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "./rolling-update.ts";
import { checkRunsForever, checkSelectorMatches, isEmptySelector } from "./workload-template.ts";

export function validateDaemonSet({ spec }: DaemonSet, old?: DaemonSet): FieldError[] {
  const errors = validateLabelSelector(spec.selector, "spec.selector");
  const path = "spec.template";
  if (errors.length === 0) checkSelectorMatches(errors, path, spec.selector, spec.template);
  if (spec.selector && isEmptySelector(spec.selector))
    errors.push(
      invalid("spec.selector", printedLabelSelector(spec.selector), "empty selector is invalid for daemonset"),
    );
  checkPodTemplate(errors, path, { template: spec.template, old: old?.spec.template });
  checkRunsForever(errors, path, "DaemonSet", spec.template);
  checkNonNegative(errors, "spec.minReadySeconds", spec.minReadySeconds);
  checkUpdateStrategy(errors, spec.updateStrategy ?? {});
  checkNonNegative(errors, "spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  return errors;
}

function checkUpdateStrategy(errors: FieldError[], { type = "", rollingUpdate }: DaemonSetUpdateStrategy): void {
  const path = "spec.updateStrategy.rollingUpdate";
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") {
    // Kubernetes prints its internal type here, whose fields have no JSON names.
    const printed = rollingUpdate
      ? { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 }
      : null;
    const strategy = { Type: type, RollingUpdate: printed };
    errors.push(notSupported("spec.updateStrategy", strategy, ["RollingUpdate", "OnDelete"]));
    return;
  }
  if (!rollingUpdate) {
    errors.push(required(path));
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  checkIntOrPercent(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${path}.maxSurge`, maxSurge);
  checkAtMostAll(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkAtMostAll(errors, `${path}.maxSurge`, maxSurge);
  if (!isZero(maxUnavailable) && !isZero(maxSurge))
    errors.push(invalid(`${path}.maxSurge`, maxSurge, "may not be set when maxUnavailable is non-zero"));
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(required(`${path}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
}

export function validateDaemonSetUpdate(next: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutableSelector(errors, "spec.selector", { next: next.spec.selector, old: old.spec.selector });
  return errors;
}

export function validateDaemonSetStatusUpdate({ status }: DaemonSet, old: DaemonSet): FieldError[] {
  const errors: FieldError[] = [];
  checkReplicaCounts(errors, status, [
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
  ]);
  checkCollisionCount(errors, status.collisionCount, old.status.collisionCount);
  return errors;
}
