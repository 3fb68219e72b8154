/** The parts of this directory that kinds with a pod template use. */
import type { PodTemplateSpec } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden, notSupported } from "../../../machinery/field-error.ts";
import { validateAnnotations, validateLabels } from "../../../machinery/labels-validation.ts";
import { validatePodAnnotations, validateProfilesMatch } from "./annotations.ts";
import type { PodOptions } from "./pod-check.ts";
import { validatePodSpec } from "./pod-spec.ts";

export { defaultPodSpec } from "./defaults.ts";
export { podNameWarnings } from "./name-warnings.ts";
export { podWarnings } from "./warnings.ts";
export type { PodOptions };

/** A template's labels and annotations; `path` is the template's own. */
export function validateTemplateMetadata(
  { metadata = {}, spec }: Partial<PodTemplateSpec>,
  path: string,
): FieldError[] {
  const { labels, annotations } = metadata;
  const errors = labels ? validateLabels(labels, `${path}.labels`) : [];
  if (!annotations) return errors;
  errors.push(...validateAnnotations(annotations, `${path}.annotations`));
  validatePodAnnotations(annotations, spec ?? { containers: [] }, { path: `${path}.annotations`, errors });
  return errors;
}

/** A template after defaulting; `path` is the template's own: `spec.template`. */
export function validatePodTemplateSpec(
  { metadata = {}, spec = { containers: [] } }: Partial<PodTemplateSpec>,
  path: string,
  options: PodOptions = {},
): FieldError[] {
  const { annotations } = metadata;
  const errors = validateTemplateMetadata({ metadata, spec }, path);
  errors.push(...validatePodSpec(spec, `${path}.spec`, options));
  if (annotations) validateProfilesMatch(annotations, spec, { path: `${path}.spec`, errors });
  if (spec.ephemeralContainers?.length)
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"));
  const { restartPolicies } = options;
  if (restartPolicies && !restartPolicies.includes(spec.restartPolicy ?? ""))
    errors.push(notSupported(`${path}.spec.restartPolicy`, spec.restartPolicy ?? "", restartPolicies));
  return errors;
}
