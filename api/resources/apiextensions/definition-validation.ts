/** pkg/apis/apiextensions/validation: CustomResourceDefinition. */
import type { CustomResourceDefinition } from "../../generated/apiextensions.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";
export function validateDefinition(_definition: CustomResourceDefinition): FieldError[] {
  return [];
}
export function validateDefinitionUpdate(
  _next: CustomResourceDefinition,
  _old: CustomResourceDefinition,
): FieldError[] {
  return [];
}
