/** The labels and the selector that the API server generates for a job, so that its pods belong to no other. */
import type { Job } from "../../generated/batch.v1.ts";
import { sortedMap } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { printedLabelSelector, validateLabelSelector } from "../../machinery/labels-validation.ts";
import { labelSelectorRequirements, labelsMatch } from "../../machinery/selectors/selector.ts";

const CONTROLLER_UID = "batch.kubernetes.io/controller-uid";

/** The names without a prefix predate the prefixed ones. */
const generatedLabels = ({ name = "", uid = "" }: Job["metadata"]): Record<string, string> => ({
  [CONTROLLER_UID]: uid,
  "batch.kubernetes.io/job-name": name,
  "controller-uid": uid,
  "job-name": name,
});

/** Needs the name and the uid. User-set values stay; validation refuses conflicting ones. */
export function generateSelector({ metadata, spec }: Job): void {
  spec.template.metadata ??= {};
  // In place: a job that defaulted its labels from its template shares them, as in Go, and so gets these as well.
  spec.template.metadata.labels ??= {};
  const { labels } = spec.template.metadata;
  for (const [name, value] of Object.entries(generatedLabels(metadata))) labels[name] ??= value;
  spec.selector ??= {};
  spec.selector.matchLabels = { [CONTROLLER_UID]: metadata.uid ?? "", ...spec.selector.matchLabels };
}

export function checkGeneratedSelector(errors: FieldError[], { metadata, spec }: Job): void {
  if (spec.manualSelector || !spec.selector) return;
  if (!metadata.uid) errors.push(required("metadata.uid"));
  const expected = generatedLabels(metadata);
  const labels = spec.template.metadata?.labels ?? {};
  for (const key of ["controller-uid", "job-name", CONTROLLER_UID, "batch.kubernetes.io/job-name"]) {
    const value = expected[key] ?? "";
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.push(required(at, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(at, sortedMap(labels), `must be '${value}'`));
  }
  // An invalid selector is reported as such.
  const isSelector = validateLabelSelector(spec.selector, "").length === 0;
  if (isSelector && !labelsMatch(labelSelectorRequirements(spec.selector), expected))
    errors.push(invalid("spec.selector", printedLabelSelector(spec.selector), "`selector` not auto-generated"));
}
