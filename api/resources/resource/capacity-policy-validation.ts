/** The amounts in which a device's capacity may be shared (pkg/apis/resource/validation). */
import type { CapacityRequestPolicy, CapacityRequestPolicyRange } from "../../generated/resource.v1.ts";
import { type FieldError, forbidden, invalid, required } from "../../machinery/field-error.ts";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  formatQuantity,
  type QuantityText,
  quantityOf,
  wholeUnits,
} from "../../machinery/quantity.ts";
import { checkSet } from "./bounded-lists.ts";

const MAX_VALUES = 10;

export function checkCapacityPolicy(
  errors: FieldError[],
  path: string,
  capacity: QuantityText,
  policy: CapacityRequestPolicy,
): void {
  const { validValues = [], validRange, default: chosen } = policy;
  if (validValues.length > 0 && validRange) {
    errors.push(
      forbidden(
        path,
        'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time',
      ),
    );
    return;
  }
  const which = validValues.length > 0 ? "validValues" : validRange ? "validRange" : undefined;
  if (!which) return;
  if (chosen === undefined || chosen === null)
    errors.push(required(`${path}.default`, `required when ${which} is defined`));
  else if (validRange) checkRange(errors, `${path}.validRange`, { chosen, capacity, range: validRange });
  else checkValues(errors, `${path}.validValues`, { chosen, capacity, values: validValues });
}

function checkValues(
  errors: FieldError[],
  path: string,
  { chosen, capacity, values }: { chosen: QuantityText; capacity: QuantityText; values: readonly QuantityText[] },
): void {
  values.forEach((value, i) => {
    if (i > 0 && compareQuantities(values[i - 1], value) > 0)
      errors.push(invalid(`${path}[${i}]`, canonicalQuantity(value), "values must be sorted in ascending order"));
  });
  checkSet(errors, path, values, {
    max: MAX_VALUES,
    check: (value, at) => {
      if (compareQuantities(value, capacity) > 0)
        errors.push(
          invalid(at, canonicalQuantity(value), `option is larger than capacity value: ${canonicalQuantity(capacity)}`),
        );
    },
    keyOf: (value) => String(wholeUnits(quantityOf(value))),
  });
  // Of too many values, Kubernetes looks at none.
  if (values.length > MAX_VALUES || !values.some((value) => compareQuantities(value, chosen) === 0))
    errors.push(invalid(path, canonicalQuantity(chosen), "default value is not valid according to the requestPolicy"));
}

interface Ranged {
  readonly chosen: QuantityText;
  readonly capacity: QuantityText;
  readonly range: CapacityRequestPolicyRange;
}

function checkRange(errors: FieldError[], path: string, { chosen, capacity, range }: Ranged): void {
  const { min, max, step } = range as Partial<CapacityRequestPolicyRange>;
  if (min === undefined) {
    errors.push(required(`${path}.min`, "required when validRange is defined"));
    return;
  }
  const isMore = (left: QuantityText, right: QuantityText) => compareQuantities(left, right) > 0;
  const refuse = (field: string, shown: QuantityText, problem: string, limit: QuantityText) =>
    errors.push(invalid(`${path}.${field}`, canonicalQuantity(shown), `${problem}: ${canonicalQuantity(limit)}`));
  if (isMore(min, capacity)) refuse("min", min, "min is larger than capacity value", capacity);
  if (isMore(min, chosen)) refuse("min", chosen, "default is less than min", min);
  if (max !== undefined) {
    if (isMore(min, max)) refuse("max", min, "min is larger than max", max);
    if (isMore(max, capacity)) refuse("max", max, "max is larger than capacity value", capacity);
    if (isMore(chosen, max)) refuse("max", chosen, "default is more than max", max);
  }
  if (step === undefined) return;
  const first = formatQuantity(addQuantities(quantityOf(min), quantityOf(step)));
  if (isMore(first, capacity)) refuse("step", step, `one step ${first} is larger than capacity value`, capacity);
  for (const value of max === undefined ? [chosen] : [chosen, max])
    if (!isReached(value, { min, step }))
      errors.push(
        invalid(
          `${path}.step`,
          canonicalQuantity(value),
          `value is not a multiple of a given step (${canonicalQuantity(step)}) from (${canonicalQuantity(min)})`,
        ),
      );
}

/** A step of zero only reaches its start. */
function isReached(value: QuantityText, { min, step }: { min: QuantityText; step: QuantityText }): boolean {
  const [to, from, by] = [value, min, step].map((text) => wholeUnits(quantityOf(text)));
  const distance = (to ?? 0n) - (from ?? 0n);
  return by ? distance % by === 0n : distance === 0n;
}
