/** Conditions that a device waits for, and those that abort the wait, before a pod is bound to its node. */
import { duplicate, type FieldError, invalid } from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { repeated } from "../../machinery/repeated.ts";
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
  const [again, failsAgain] = [repeated(conditions), repeated(failures)];
  const bound = new Set(conditions);
  conditions.forEach((condition, i) => {
    if (again.has(i)) errors.push(duplicate(`${at}[${i}]`, condition));
  });
  failures.forEach((condition, i) => {
    if (failsAgain.has(i)) errors.push(duplicate(`${failuresAt}[${i}]`, condition));
    if (bound.has(condition))
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
