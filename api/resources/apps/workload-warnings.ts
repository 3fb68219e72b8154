/** Warnings about a workload whose pods are named after it. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { podWarnings } from "../core/pod/pod-template.ts";

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
  return [...(old ? [] : nameWarnings(object)), ...ofSpec, ...podWarnings(template ?? {}, path)];
}

function nameWarnings({ metadata: { name = "" } }: KubeObject): string[] {
  const problems = dnsLabel(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
  ];
}
