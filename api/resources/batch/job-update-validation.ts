/** pkg/apis/batch/validation: what may change in a job. */

import type { Job, JobSpec } from "../../generated/batch.v1.ts";
import type { Container, PodSpec } from "../../generated/core.v1.ts";
import { checkImmutable, sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, invalid } from "../../machinery/field-error.ts";
import { printedLabelSelector } from "../../machinery/labels-validation.ts";
import { FIELD_IMMUTABLE } from "../../machinery/object-meta-validation.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { internalForm } from "../internal-form.ts";
import { isTrue } from "./job-conditions.ts";
import { checkSpecAndSelector } from "./job-validation.ts";

/** Kubernetes validates the spec once as a job's and once more as an update's, and reports both. */
export function validateJobUpdate(next: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  const { spec } = next;
  checkSpecAndSelector(errors, spec, old.spec);
  checkCompletions(errors, spec, old.spec);
  if (!sameValue(spec.selector, old.spec.selector))
    errors.push(invalid("spec.selector", printedLabelSelector(spec.selector), FIELD_IMMUTABLE));
  checkTemplate(errors, next, old);
  checkImmutable(errors, "spec.completionMode", spec.completionMode, old.spec.completionMode);
  checkPolicy(errors, "podFailurePolicy", next, old);
  checkImmutable(errors, "spec.backoffLimitPerIndex", spec.backoffLimitPerIndex, old.spec.backoffLimitPerIndex);
  checkImmutable(errors, "spec.managedBy", spec.managedBy, old.spec.managedBy);
  checkPolicy(errors, "successPolicy", next, old);
  return errors;
}

const POLICIES = { podFailurePolicy: "batch.v1.PodFailurePolicy", successPolicy: "batch.v1.SuccessPolicy" } as const;

/** Kubernetes prints its internal types here. */
function checkPolicy(errors: FieldError[], name: keyof typeof POLICIES, { spec }: Job, { spec: old }: Job): void {
  if (!sameValue(spec[name], old[name]))
    errors.push(invalid(`spec.${name}`, goStruct(POLICIES[name], spec[name]), FIELD_IMMUTABLE));
}

/** Indexed jobs may be resized, together with their parallelism. */
function checkCompletions(errors: FieldError[], next: JobSpec, old: JobSpec): void {
  if (next.completionMode !== "Indexed") {
    checkImmutable(errors, "spec.completions", next.completions, old.completions);
    return;
  }
  if (next.completions === old.completions || next.completions === undefined) return;
  if (next.completions !== next.parallelism)
    errors.push(invalid("spec.completions", next.completions, "can only be modified in tandem with spec.parallelism"));
}

/** Of a template that may be rescheduled, Kubernetes compares only the spec. */
function checkTemplate(errors: FieldError[], next: Job, old: Job): void {
  const template = { metadata: {}, ...next.spec.template };
  if (mayReschedule(old)) {
    if (!sameValue(template.spec ?? {}, withMutableOf(next.spec.template.spec, old.spec.template.spec)))
      errors.push(invalid("spec.template.spec", internalForm("core.v1.PodSpec", template.spec), FIELD_IMMUTABLE));
  } else if (!sameValue(template, { metadata: {}, ...old.spec.template }))
    errors.push(invalid("spec.template", internalForm("core.v1.PodTemplateSpec", template), FIELD_IMMUTABLE));
}

/** The scheduling and the resources of a suspended job without running pods may be changed. */
const mayReschedule = ({ spec, status }: Job): boolean =>
  spec.suspend === true && (isTrue(status, "Suspended") || !status.startTime) && (status.active ?? 0) === 0;

/** The old spec with all mutable fields of the new one. */
function withMutableOf(next: PodSpec | undefined, old: PodSpec | undefined): unknown {
  const { nodeSelector, tolerations, schedulingGates, affinity } = next ?? { containers: [] };
  const nodeAffinity = affinity?.nodeAffinity;
  const otherAffinity = { ...old?.affinity, nodeAffinity };
  const sameAffinity = affinity === undefined && sameValue({}, otherAffinity) ? undefined : otherAffinity;
  const spec = { ...old, nodeSelector, tolerations, schedulingGates, affinity: sameAffinity };
  return { ...spec, ...resourcesOf(next, old) };
}

/** The old containers with the resources of the new ones of the same name and position, if there are as many. */
function resourcesOf(next: PodSpec | undefined, old: PodSpec | undefined): Partial<PodSpec> {
  const lists: Partial<Record<"containers" | "initContainers", Container[]>> = {};
  for (const list of ["containers", "initContainers"] as const) {
    const [before, after] = [old?.[list], next?.[list]];
    if (before && after?.length === before.length)
      lists[list] = before.map((container, i) =>
        after[i]?.name === container.name ? withResources(container, after[i]?.resources) : container,
      );
  }
  return lists;
}

function withResources({ resources: _, ...container }: Container, resources: Container["resources"]): Container {
  return resources ? { ...container, resources } : container;
}
