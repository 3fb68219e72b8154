/** pkg/apis/batch/validation: spec.successPolicy. */
import type { JobSpec, SuccessPolicyRule } from "../../generated/batch.v1.ts";
import { checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required, tooLong, tooMany } from "../../machinery/field-error.ts";
import { countIndexes } from "./job-indexes.ts";

const MAX_RULES = 20;
const MAX_INDEXES_BYTES = 64 * 1024;

export function checkSuccessPolicy(errors: FieldError[], path: string, spec: JobSpec): void {
  const rules = spec.successPolicy?.rules ?? [];
  if (rules.length === 0)
    errors.push(required(`${path}.rules`, "at least one rules must be specified when the successPolicy is specified"));
  if (rules.length > MAX_RULES) errors.push(tooMany(`${path}.rules`, rules.length, MAX_RULES));
  rules.forEach((rule, i) => {
    checkRule(errors, `${path}.rules[${i}]`, rule, spec.completions ?? 0);
  });
}

function checkRule(errors: FieldError[], path: string, rule: SuccessPolicyRule, completions: number): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined)
    errors.push(required(path, "at least one of succeededCount or succeededIndexes must be specified"));
  let named = 0;
  if (indexes !== undefined) {
    if (indexes.length > MAX_INDEXES_BYTES) errors.push(tooLong(`${path}.succeededIndexes`, MAX_INDEXES_BYTES));
    const counted = countIndexes(indexes, completions);
    if (typeof counted === "number") named = counted;
    else
      errors.push(invalid(`${path}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${counted.problem}`));
  }
  if (count === undefined) return;
  const countPath = `${path}.succeededCount`;
  checkNonNegative(errors, countPath, count);
  if (count > completions)
    errors.push(
      invalid(countPath, count, `must be less than or equal to ${completions} (the number of specified completions)`),
    );
  if (indexes !== undefined && count > named)
    errors.push(
      invalid(
        countPath,
        count,
        `must be less than or equal to ${named} (the number of indexes in the specified succeededIndexes field)`,
      ),
    );
}
