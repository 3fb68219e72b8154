/** The pod template inside a workload, as core's rules for pods have it. */
import type { PodSpec, PodTemplateSpec } from "../../generated/core.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";

/** A spec that was left out is an empty one, as in Go. */
export function defaultPodTemplate(holder: { template?: PodTemplateSpec }): void {
  holder.template ??= {};
  holder.template.spec ??= { containers: [] } satisfies PodSpec;
}

export function checkPodTemplate(_errors: FieldError[], _path: string, _template: PodTemplateSpec | undefined): void {}
