/** The pod template inside a workload, in the form for core's pod rules. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { defaultPodSpec, validatePodTemplateSpec } from "../core/pod/pod-template.ts";

/** An omitted spec is an empty one, as in Go. */
export function defaultPodTemplate(holder: { template?: PodTemplateSpec }): void {
  holder.template ??= {};
  holder.template.spec ??= { containers: [] };
  defaultPodSpec(holder.template.spec);
}

interface Templates {
  readonly template: PodTemplateSpec | undefined;
  /** On an update, the template that it replaces. */
  readonly old: PodTemplateSpec | undefined;
}

export function checkPodTemplate(errors: FieldError[], path: string, { template, old }: Templates): void {
  errors.push(...validatePodTemplateSpec(template ?? {}, path, { old: old?.spec }));
}
