/** Validates conditions of a status (apimachinery's metav1.Condition): one per type, each with its time and reason. */
import type { Condition } from "../generated/meta.v1.ts";
import { utf8Length } from "./encoding/utf8.ts";
import { duplicate, type FieldError, invalid, notSupported, required, tooLong } from "./field-error.ts";
import { validateLabelName } from "./labels-validation.ts";
import { regexProblem } from "./names.ts";

const STATUSES = ["False", "True", "Unknown"];
const MAX_REASON = 1024;
const MAX_MESSAGE = 32 * 1024;
const REASON = "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?";
const REASON_RULE =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";

export function validateConditions(conditions: readonly Partial<Condition>[] = [], path: string): FieldError[] {
  const errors: FieldError[] = [];
  const types = new Set<string>();
  conditions.forEach((condition, i) => {
    const { type = "" } = condition;
    if (types.has(type)) errors.push(duplicate(`${path}[${i}].type`, type));
    types.add(type);
    checkCondition(errors, `${path}[${i}]`, condition);
  });
  return errors;
}

function checkCondition(errors: FieldError[], path: string, condition: Partial<Condition>): void {
  const { type = "", status = "", observedGeneration = 0, lastTransitionTime, reason = "", message = "" } = condition;
  errors.push(...validateLabelName(type, `${path}.type`));
  if (!STATUSES.includes(status)) errors.push(notSupported(`${path}.status`, status, STATUSES));
  if (observedGeneration < 0)
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, "must be greater than or equal to zero"));
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`));
  if (reason === "") errors.push(required(`${path}.reason`));
  else {
    if (!new RegExp(`^${REASON}$`).test(reason))
      errors.push(
        invalid(
          `${path}.reason`,
          reason,
          regexProblem(REASON_RULE, REASON, "my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB"),
        ),
      );
    if (utf8Length(reason) > MAX_REASON) errors.push(tooLong(`${path}.reason`, MAX_REASON));
  }
  if (utf8Length(message) > MAX_MESSAGE) errors.push(tooLong(`${path}.message`, MAX_MESSAGE));
}
