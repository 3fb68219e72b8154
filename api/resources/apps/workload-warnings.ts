/** Warnings about a workload whose pods are named after it. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { podNameWarnings, podWarnings } from "../core/pod/pod-template.ts";

interface Warned {
  readonly template: PodTemplateSpec | undefined;
  readonly path?: string;
  /** Further warnings about the spec. */
  readonly ofSpec?: readonly string[];
}

/** About the name only on creation; about the spec and its template if the generation has changed. */
export function workloadWarnings(
  object: KubeObject,
  old: KubeObject | undefined,
  { template, path = "spec.template", ofSpec = [] }: Warned,
): string[] {
  if (old && object.metadata.generation === old.metadata.generation) return [];
  return [...(old ? [] : podNameWarnings(object.metadata)), ...ofSpec, ...podWarnings(template ?? {}, path)];
}
