import type { Toleration } from "../../../../generated/core.v1.ts";
import { type FieldError, invalid, invalidTyped, notSupported, required } from "../../../../machinery/field-error.ts";
import { labelValue, qualifiedName } from "../../../../machinery/names.ts";

const EFFECTS: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Kubernetes only mentions comparison operators, whose gate is off, if one was used. */
const OPERATORS: readonly string[] = ["Equal", "Exists", "Lt", "Gt"];
const isComparison = (operator: string) => operator === "Lt" || operator === "Gt";

export function validateTolerations(tolerations: readonly Toleration[], path: string, errors: FieldError[]): void {
  tolerations.forEach((toleration, i) => {
    const at = `${path}[${i}]`;
    const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
    if (key) for (const problem of qualifiedName(key)) errors.push(invalid(`${at}.key`, key, problem));
    if (!key && operator !== "Exists")
      errors.push(
        invalidTyped(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (tolerationSeconds !== undefined && effect !== "NoExecute")
      errors.push(invalidTyped(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    if (operator === "Equal" || operator === "") {
      const problems = labelValue(value);
      if (problems.length > 0) errors.push(invalid(`${at}.operator`, value, problems.join(";")));
    } else if (operator === "Exists") {
      if (value) errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else
      errors.push(notSupported(`${at}.operator`, operator, isComparison(operator) ? OPERATORS : OPERATORS.slice(0, 2)));
    if (effect) validateTaintEffect(effect, `${at}.effect`, errors);
  });
}

export function validateTaintEffect(effect: string, path: string, errors: FieldError[]): void {
  if (!effect) errors.push(required(path));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(path, effect, EFFECTS));
}
