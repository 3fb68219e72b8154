/** Warnings about a workload whose pods are named after it. */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { dnsLabel } from "../../machinery/names.ts";
import { podWarnings } from "../core/pod/pod-template.ts";

interface Workload extends KubeObject {
  readonly spec: unknown;
}

/** Of the name on creation only, of the template where the spec has changed. */
export function workloadWarnings(
  object: Workload,
  old: Workload | undefined,
  { template, path = "spec.template" }: { readonly template: PodTemplateSpec | undefined; readonly path?: string },
): string[] {
  if (old) return sameValue(object.spec, old.spec) ? [] : podWarnings(template ?? {}, path);
  return [...nameWarnings(object), ...podWarnings(template ?? {}, path)];
}

function nameWarnings({ metadata: { name = "" } }: KubeObject): string[] {
  const problems = dnsLabel(name);
  if (problems.length === 0) return [];
  return [
    `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`,
  ];
}
