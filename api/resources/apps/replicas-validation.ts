/** Validation shared by Deployments and ReplicaSets, and for the status of all workloads. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { LabelSelector } from "../../generated/meta.v1.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { printedLabelSelector, validateLabelSelector } from "../../machinery/labels-validation.ts";
import { checkPodTemplate } from "./pod-template.ts";
import { checkRunsForever, checkSelectorMatches, isEmptySelector } from "./workload-template.ts";

interface ReplicasSpec {
  readonly replicas?: number;
  readonly selector: LabelSelector | undefined;
  readonly template?: PodTemplateSpec;
}

/** Whether the selector is well-formed; otherwise it cannot be compared with the template. */
export function checkSelector(
  errors: FieldError[],
  selector: LabelSelector | undefined,
  emptyProblem: string,
): boolean {
  const path = "spec.selector";
  if (!selector) {
    errors.push(required(path));
    return true;
  }
  const problems = validateLabelSelector(selector, path);
  errors.push(...problems);
  if (isEmptySelector(selector)) errors.push(invalid(path, printedLabelSelector(selector), emptyProblem));
  return problems.length === 0;
}

/** Kubernetes words the error for an empty selector of a ReplicaSet like a Deployment's. */
export function checkReplicasTemplate(errors: FieldError[], spec: ReplicasSpec, old?: ReplicasSpec): void {
  if (!checkSelector(errors, spec.selector, "empty selector is invalid for deployment")) {
    errors.push(invalid("spec.selector", printedLabelSelector(spec.selector), "invalid label selector"));
    return;
  }
  const path = "spec.template";
  checkSelectorMatches(errors, path, spec.selector, spec.template);
  checkPodTemplate(errors, path, { template: spec.template, old: old?.template });
  checkRunsForever(errors, path, "ReplicaSet", spec.template);
}

type Counts<K extends string> = { readonly [key in K]?: number };

export function checkReplicaCounts<K extends string>(
  errors: FieldError[],
  status: Counts<K>,
  names: readonly K[],
): void {
  for (const name of names) checkNonNegative(errors, `status.${name}`, status[name]);
}

/** `names` must not exceed `status.replicas`, nor available replicas the ready ones. */
export function checkPartsOfReplicas<K extends string>(
  errors: FieldError[],
  status: Counts<K | "replicas" | "availableReplicas" | "readyReplicas">,
  names: readonly K[],
): void {
  for (const name of names) {
    const value = status[name] ?? 0;
    if (value > (status.replicas ?? 0))
      errors.push(invalid(`status.${name}`, value, "cannot be greater than status.replicas"));
  }
  const available = status.availableReplicas ?? 0;
  if (available > (status.readyReplicas ?? 0))
    errors.push(invalid("status.availableReplicas", available, "cannot be greater than readyReplicas"));
}

/** Removing a count is a decrease, too, even from 0. */
export function checkCollisionCount(errors: FieldError[], next: number | undefined, old: number | undefined): void {
  if (old !== undefined && (next === undefined || next < old))
    errors.push(invalid("status.collisionCount", next ?? 0, "cannot be decremented"));
}
