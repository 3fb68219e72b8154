/** Objects created from a template only take labels and annotations from it (ValidateTemplateObjectMeta). */
import type { ObjectMeta } from "../../generated/meta.v1.ts";
import { type FieldError, forbidden } from "../../machinery/field-error.ts";
import { validateAnnotations, validateLabels } from "../../machinery/labels-validation.ts";

const FIELDS: readonly string[] = ["labels", "annotations"];

/** Kubernetes names the other fields by their Go names, with the first letter in lower case. */
const named = (field: string) => (field === "uid" ? "uID" : field);

export function validateTemplateMeta(meta: ObjectMeta = {}, path: string): FieldError[] {
  const others = Object.entries(meta).filter(([field, value]) => !FIELDS.includes(field) && !isZero(field, value));
  return [
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateLabels(meta.labels, `${path}.labels`),
    ...others.map(([field]) => forbidden(`${path}.${named(field)}`, "cannot be set")),
  ];
}

/** Whether Go cannot tell the value from an absent one; lists and the grace period are pointers there. */
const isZero = (field: string, value: unknown) =>
  value === undefined || value === null || value === "" || (field === "generation" && value === 0);
