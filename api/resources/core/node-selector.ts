/** Requirements on nodes, in a pod's affinity or a volume's. */
import type {
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PreferredSchedulingTerm,
} from "../../generated/core.v1.ts";
import { type FieldError, forbidden, invalid, invalidTyped, required } from "../../machinery/field-error.ts";
import { dnsSubdomain, labelValue, qualifiedName } from "../../machinery/names.ts";

const OPERATOR_PROBLEM = "not a valid selector operator";

export function validateNodeSelector(
  { nodeSelectorTerms = [] }: NodeSelector,
  path: string,
  errors: FieldError[],
): void {
  if (nodeSelectorTerms.length === 0)
    return void errors.push(required(`${path}.nodeSelectorTerms`, "must have at least one node selector term"));
  nodeSelectorTerms.forEach((term, i) => {
    validateTerm(term, `${path}.nodeSelectorTerms[${i}]`, { checkValues: true, errors });
  });
}

export function validatePreferredTerms(
  terms: readonly PreferredSchedulingTerm[],
  path: string,
  errors: FieldError[],
): void {
  terms.forEach(({ weight, preference }, i) => {
    if (!(weight >= 1 && weight <= 100))
      errors.push(invalid(`${path}[${i}].weight`, weight ?? 0, "must be in the range 1-100"));
    // The values of preferences were never validated.
    validateTerm(preference ?? {}, `${path}[${i}].preference`, { checkValues: false, errors });
  });
}

function validateTerm(
  { matchExpressions, matchFields }: NodeSelectorTerm,
  path: string,
  { checkValues, errors }: { checkValues: boolean; errors: FieldError[] },
): void {
  matchExpressions?.forEach((requirement, i) => {
    const at = `${path}.matchExpressions[${i}]`;
    validateExpression(requirement, at, errors);
    if (checkValues)
      requirement.values?.forEach((value, j) => {
        for (const problem of labelValue(value)) errors.push(invalid(`${at}.values[${j}]`, value, problem));
      });
  });
  matchFields?.forEach((requirement, i) => {
    validateField(requirement, `${path}.matchFields[${i}]`, errors);
  });
}

function validateExpression(
  { key = "", operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0)
      errors.push(required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0)
      errors.push(forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
  } else if (operator === "Gt" || operator === "Lt") {
    if (values.length !== 1)
      errors.push(required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
  } else errors.push(invalidTyped(`${path}.operator`, operator ?? "", OPERATOR_PROBLEM));
  for (const problem of qualifiedName(key)) errors.push(invalid(`${path}.key`, key, problem));
}

function validateField(
  { key = "", operator, values = [] }: NodeSelectorRequirement,
  path: string,
  errors: FieldError[],
): void {
  if (operator !== "In" && operator !== "NotIn")
    errors.push(invalidTyped(`${path}.operator`, operator ?? "", OPERATOR_PROBLEM));
  else if (values.length !== 1)
    errors.push(
      required(`${path}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  if (key !== "metadata.name") return void errors.push(invalid(`${path}.key`, key, "not a valid field selector key"));
  values.forEach((value, i) => {
    for (const problem of dnsSubdomain(value)) errors.push(invalid(`${path}.values[${i}]`, value, problem));
  });
}
