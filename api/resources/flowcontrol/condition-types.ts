import { duplicate, type FieldError, required } from "../../machinery/field-error.ts";

interface WithConditions {
  readonly status: { readonly conditions?: readonly { readonly type?: string }[] };
}

/** A status has at most one condition per type. */
export function validateConditionTypes({ status: { conditions = [] } }: WithConditions): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  conditions.forEach(({ type = "" }, i) => {
    const path = `status.conditions[${i}].type`;
    if (seen.has(type)) errors.push(duplicate(path, type));
    seen.add(type);
    if (type === "") errors.push(required(path));
  });
  return errors;
}
