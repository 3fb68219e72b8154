/** Conditions that a device waits for, and those that abort the wait, before a pod is bound to its node. */
import { duplicate, type FieldError, invalid } from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { checkList } from "./bounded-lists.ts";

const MAX_CONDITIONS = 4;

interface Bound {
  readonly bindingConditions?: readonly string[];
  readonly bindingFailureConditions?: readonly string[];
}

export function checkBindingConditions(errors: FieldError[], path: string, device: Bound): void {
  const { bindingConditions: conditions = [], bindingFailureConditions: failures = [] } = device;
  const [at, failuresAt] = [`${path}.bindingConditions`, `${path}.bindingFailureConditions`];
  const check = (condition: string, own: string) => void errors.push(...validateLabelName(condition, own));
  checkList(errors, at, conditions, { max: MAX_CONDITIONS, check });
  checkList(errors, failuresAt, failures, { max: MAX_CONDITIONS, check });
  conditions.forEach((condition, i) => {
    if (conditions.indexOf(condition) < i) errors.push(duplicate(`${at}[${i}]`, condition));
  });
  failures.forEach((condition, i) => {
    if (failures.indexOf(condition) < i) errors.push(duplicate(`${failuresAt}[${i}]`, condition));
    if (conditions.includes(condition))
      errors.push(
        invalid(`${failuresAt}[${i}]`, condition, "bindingFailureConditions must not overlap with bindingConditions"),
      );
  });
  if (conditions.length === 0 && failures.length > 0)
    errors.push(
      invalid(at, device.bindingConditions, "bindingConditions are required to use bindingFailureConditions"),
    );
  if (failures.length === 0 && conditions.length > 0)
    errors.push(
      invalid(
        failuresAt,
        device.bindingFailureConditions,
        "bindingFailureConditions are required to use bindingConditions",
      ),
    );
}
