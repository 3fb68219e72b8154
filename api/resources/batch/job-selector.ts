/** The labels and the selector that the API server generates for a job, so that its pods belong to no other. */
import type { Job } from "../../generated/batch.v1.ts";
import { sortedMap } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { printedLabelSelector, validateLabelSelector } from "../../machinery/labels-validation.ts";
import { labelSelectorRequirements, labelsMatch } from "../../machinery/selectors/selector.ts";

const CONTROLLER_UID = "batch.kubernetes.io/controller-uid";
const JOB_NAME = "batch.kubernetes.io/job-name";

/** The names without a prefix predate the prefixed ones. */
const generatedLabels = ({ name = "", uid = "" }: Job["metadata"]) => ({
  [CONTROLLER_UID]: uid,
  [JOB_NAME]: name,
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

/** `old`: on an update. A job that is older than the prefixed labels need not have them. */
export function checkGeneratedSelector(errors: FieldError[], { metadata, spec }: Job, old?: Job): void {
  if (spec.manualSelector || !spec.selector) return;
  if (!metadata.uid) errors.push(required("metadata.uid"));
  const before = old?.spec.template.metadata?.labels ?? {};
  const needsPrefixed = !old || [CONTROLLER_UID, JOB_NAME].every((key) => key in before);
  const { [CONTROLLER_UID]: uid, [JOB_NAME]: name, ...unprefixed } = generatedLabels(metadata);
  const expected = needsPrefixed ? { ...unprefixed, [CONTROLLER_UID]: uid, [JOB_NAME]: name } : unprefixed;
  const labels = spec.template.metadata?.labels ?? {};
  for (const [key, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${key}]`;
    if (labels[key] === undefined) errors.push(required(at, `must be '${value}'`));
    else if (labels[key] !== value) errors.push(invalid(at, sortedMap(labels), `must be '${value}'`));
  }
  // An invalid selector is reported as such.
  const isSelector = validateLabelSelector(spec.selector, "").length === 0;
  if (isSelector && !labelsMatch(labelSelectorRequirements(spec.selector), expected))
    errors.push(invalid("spec.selector", printedLabelSelector(spec.selector), "`selector` not auto-generated"));
}
