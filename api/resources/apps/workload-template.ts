/**
 * What Deployments, ReplicaSets, DaemonSets and StatefulSets require of their pod template, beyond the rules for pods.
 */
import type { PodTemplateSpec } from "../../generated/core.v1.ts";
import type { LabelSelector } from "../../generated/meta.v1.ts";
import { sortedMap } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported } from "../../machinery/field-error.ts";
import { labelSelectorRequirements, labelsMatch } from "../../machinery/selectors/selector.ts";

export const isEmptySelector = (selector: LabelSelector): boolean =>
  (selector.matchExpressions?.length ?? 0) === 0 && Object.keys(selector.matchLabels ?? {}).length === 0;

/** The selector, known to be well-formed, must match the pods that the template makes. */
export function checkSelectorMatches(
  errors: FieldError[],
  path: string,
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
): void {
  const labels = template?.metadata?.labels;
  // An absent selector matches nothing.
  if (!selector || !labelsMatch(labelSelectorRequirements(selector), labels))
    errors.push(invalid(`${path}.metadata.labels`, sortedMap(labels), "`selector` does not match template `labels`"));
}

/** Pods of these kinds run until they are deleted. */
export function checkRunsForever(
  errors: FieldError[],
  path: string,
  kind: string,
  template: PodTemplateSpec | undefined,
): void {
  const spec = template?.spec;
  if (spec?.restartPolicy !== "Always")
    errors.push(notSupported(`${path}.spec.restartPolicy`, spec?.restartPolicy ?? "", ["Always"]));
  if (spec?.activeDeadlineSeconds !== undefined)
    errors.push(forbidden(`${path}.spec.activeDeadlineSeconds`, `activeDeadlineSeconds in ${kind} is not Supported`));
}
