/** Tolerations that a RuntimeClass adds to pods: those of pods without the newer comparisons of numbers. */
import type { Toleration } from "../../generated/core.v1.ts";
import { type FieldError, invalid, notSupported } from "../../machinery/field-error.ts";
import { labelValue, qualifiedName } from "../../machinery/names.ts";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function checkTolerations(errors: FieldError[], path: string, tolerations: readonly Toleration[]): void {
  tolerations.forEach((toleration, i) => {
    checkToleration(errors, `${path}[${i}]`, toleration);
  });
}

function checkToleration(errors: FieldError[], path: string, toleration: Toleration): void {
  const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = toleration;
  if (key !== "") for (const problem of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, problem));
  if (key === "" && operator !== "Exists")
    errors.push(
      invalid(
        `${path}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      ),
    );
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    errors.push(invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
  if (operator === "" || operator === "Equal") {
    for (const problem of labelValue(value)) errors.push(invalid(`${path}.operator`, value, problem));
  } else if (operator === "Exists") {
    if (value !== "")
      errors.push(invalid(`${path}.operator`, printed(toleration), "value must be empty when `operator` is 'Exists'"));
  } else errors.push(notSupported(`${path}.operator`, operator, ["Equal", "Exists"]));
  if (effect !== "" && !EFFECTS.includes(effect)) errors.push(notSupported(`${path}.effect`, effect, EFFECTS));
}

const printed = ({ key = "", operator = "", value = "", effect = "", tolerationSeconds }: Toleration) => ({
  Key: key,
  Operator: operator,
  Value: value,
  Effect: effect,
  TolerationSeconds: tolerationSeconds ?? null,
});
