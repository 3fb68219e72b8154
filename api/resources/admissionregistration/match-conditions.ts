/** matchConditions of webhooks and policies. */
import type { MatchCondition } from "../../generated/admissionregistration.v1.ts";
import { duplicate, type FieldError, invalid, required, tooMany } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import type { PolicyExpressions } from "./policy-expressions.ts";

const MAX_CONDITIONS = 64;

export function checkMatchConditions(
  errors: FieldError[],
  path: string,
  conditions: readonly MatchCondition[] = [],
  expressions: PolicyExpressions,
): void {
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany(path, conditions.length, MAX_CONDITIONS));
  const again = repeated(conditions.map(({ name }) => name));
  conditions.forEach(({ name = "", expression = "" }, i) => {
    const trimmed = expression.trim();
    if (trimmed === "") errors.push(required(`${path}[${i}].expression`));
    else expressions.checkCondition(errors, `${path}[${i}].expression`, trimmed);
    if (name === "") {
      errors.push(required(`${path}[${i}].name`));
      return;
    }
    for (const problem of qualifiedName(name)) errors.push(invalid(`${path}[${i}].name`, name, problem));
    if (again.has(i)) errors.push(duplicate(`${path}[${i}].name`, name));
  });
}
