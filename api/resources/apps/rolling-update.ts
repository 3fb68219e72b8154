/** Numbers and percentages of pods, in rolling updates and disruption budgets. */

import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalidTyped } from "../../machinery/field-error.ts";
import { percent } from "../../machinery/names.ts";

/** An absent value counts as 0, as in Kubernetes' IntOrString. */
export function checkIntOrPercent(errors: FieldError[], path: string, value: number | string = 0): void {
  if (typeof value === "number") checkNonNegative(errors, path, value);
  else for (const problem of percent(value)) errors.push(invalidTyped(path, value, problem));
}

export function checkAtMostAll(errors: FieldError[], path: string, value: number | string = 0): void {
  if (typeof value === "string" && percent(value).length === 0 && Number.parseInt(value, 10) > 100)
    errors.push(invalidTyped(path, value, "must not be greater than 100%"));
}

/** Whether it is 0, 0% or text that is neither a percentage nor a number. */
export const isZero = (value: number | string = 0): boolean =>
  typeof value === "number" ? value === 0 : !/^(?:\d+%|[+-]?\d+)$/.test(value) || Number.parseInt(value, 10) === 0;
