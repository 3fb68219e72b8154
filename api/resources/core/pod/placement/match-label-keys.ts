import type { Pod, PodAffinityTerm } from "../../../../generated/core.v1.ts";
import type { LabelSelector } from "../../../../generated/meta.v1.ts";

/** Turns the new pod's values of these label keys into requirements of their selectors. */
export function mergeMatchLabelKeys({ metadata, spec }: Pod): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
      if (podAffinityTerm) mergeTerm(podAffinityTerm, labels);
  }
  for (const { labelSelector, matchLabelKeys } of spec.topologySpreadConstraints ?? [])
    merge(labelSelector, matchLabelKeys, { operator: "In", labels });
}

function mergeTerm(term: PodAffinityTerm, labels: Readonly<Record<string, string>>): void {
  merge(term.labelSelector, term.matchLabelKeys, { operator: "In", labels });
  merge(term.labelSelector, term.mismatchLabelKeys, { operator: "NotIn", labels });
}

function merge(
  selector: LabelSelector | undefined,
  keys: readonly string[] = [],
  { operator, labels }: { operator: string; labels: Readonly<Record<string, string>> },
): void {
  if (!selector) return;
  for (const key of keys) {
    const value = labels[key];
    if (value === undefined) continue;
    selector.matchExpressions = [...(selector.matchExpressions ?? []), { key, operator, values: [value] }];
  }
}
