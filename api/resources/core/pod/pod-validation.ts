import type { Pod } from "../../../generated/core.v1.ts";
import { type FieldError, forbidden } from "../../../machinery/field-error.ts";
import { validatePodAnnotations, validateProfilesMatch } from "./annotations.ts";
import { validateImagePadding } from "./containers/containers.ts";
import { validatePodSpec } from "./pod-spec.ts";

/** Rules for every pod, new or changed. */
export function validatePod({ metadata, spec }: Pod, old?: Pod): FieldError[] {
  const errors: FieldError[] = [];
  const { annotations } = metadata;
  if (annotations) validatePodAnnotations(annotations, spec, { path: "metadata.annotations", errors });
  errors.push(...validatePodSpec(spec, "spec", { isPod: true, podName: metadata.name, old: old?.spec }));
  if (!spec.serviceAccountName)
    spec.volumes?.forEach(({ projected }, i) => {
      projected?.sources?.forEach(({ serviceAccountToken }, j) => {
        if (serviceAccountToken)
          errors.push(
            forbidden(
              `spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`,
              "must not be specified when serviceAccountName is not set",
            ),
          );
      });
    });
  for (const list of ["containers", "initContainers"] as const)
    spec[list]?.forEach((container, i) => {
      validateImagePadding(container, `spec.${list}[${i}]`, errors);
    });
  return errors;
}

/** Additional rules for new pods. */
export function validatePodCreate({ metadata, spec }: Pod): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ephemeralContainers?.length) errors.push(forbidden("spec.ephemeralContainers", "cannot be set on create"));
  if (spec.nodeName && spec.schedulingGates?.length)
    errors.push(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  if (metadata.annotations) validateProfilesMatch(metadata.annotations, spec, { path: "spec", errors });
  return errors;
}
