/** pkg/apis/apps/validation: Deployment. */
import type { Deployment, DeploymentStrategy } from "../../generated/apps.v1.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { checkImmutableSelector } from "../../machinery/labels-validation.ts";
import {
  checkCollisionCount,
  checkPartsOfReplicas,
  checkReplicaCounts,
  checkReplicasTemplate,
} from "./replicas-validation.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "./rolling-update.ts";

export function validateDeployment({ spec }: Deployment, old?: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, "spec.replicas", spec.replicas);
  checkReplicasTemplate(errors, spec, old?.spec);
  checkStrategy(errors, spec.strategy ?? {});
  checkNonNegative(errors, "spec.minReadySeconds", spec.minReadySeconds);
  checkNonNegative(errors, "spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  const { progressDeadlineSeconds, minReadySeconds = 0 } = spec;
  if (progressDeadlineSeconds !== undefined) {
    checkNonNegative(errors, "spec.progressDeadlineSeconds", progressDeadlineSeconds);
    if (progressDeadlineSeconds <= minReadySeconds)
      errors.push(
        invalid("spec.progressDeadlineSeconds", progressDeadlineSeconds, "must be greater than minReadySeconds"),
      );
  }
  return errors;
}

function checkStrategy(errors: FieldError[], { type = "", rollingUpdate }: DeploymentStrategy): void {
  const path = "spec.strategy.rollingUpdate";
  if (type === "Recreate") {
    if (rollingUpdate) errors.push(forbidden(path, "may not be specified when strategy `type` is 'Recreate'"));
    return;
  }
  if (type !== "RollingUpdate") {
    // Kubernetes prints its internal type here, whose fields have no JSON names.
    const printed = { Type: type, RollingUpdate: rollingUpdate ? upperCased(rollingUpdate) : null };
    errors.push(notSupported("spec.strategy", printed, ["Recreate", "RollingUpdate"]));
    return;
  }
  if (!rollingUpdate) {
    errors.push(required(path, "this should be defaulted and never be nil"));
    return;
  }
  const { maxUnavailable, maxSurge } = rollingUpdate;
  checkIntOrPercent(errors, `${path}.maxUnavailable`, maxUnavailable);
  checkIntOrPercent(errors, `${path}.maxSurge`, maxSurge);
  if (isZero(maxUnavailable) && isZero(maxSurge))
    errors.push(invalid(`${path}.maxUnavailable`, maxUnavailable, "may not be 0 when `maxSurge` is 0"));
  checkAtMostAll(errors, `${path}.maxUnavailable`, maxUnavailable);
}

const upperCased = ({
  maxUnavailable = 0,
  maxSurge = 0,
}: {
  maxUnavailable?: number | string;
  maxSurge?: number | string;
}) => ({
  MaxUnavailable: maxUnavailable,
  MaxSurge: maxSurge,
});

export function validateDeploymentUpdate(next: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkImmutableSelector(errors, "spec.selector", { next: next.spec.selector, old: old.spec.selector });
  return errors;
}

export function validateDeploymentStatusUpdate({ status }: Deployment, old: Deployment): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, "status.observedGeneration", status.observedGeneration);
  checkReplicaCounts(errors, status, [
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
  ]);
  checkPartsOfReplicas(errors, status, ["updatedReplicas", "readyReplicas", "availableReplicas"]);
  checkCollisionCount(errors, status.collisionCount, old.status.collisionCount);
  return errors;
}
