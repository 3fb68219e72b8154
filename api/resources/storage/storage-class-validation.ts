/** pkg/apis/storage/validation: StorageClass. */
import type { TopologySelectorTerm } from "../../generated/core.v1.ts";
import type { StorageClass } from "../../generated/storage.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelName } from "../../machinery/labels-validation.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { checkParameters } from "./parameters-validation.ts";

const RECLAIM_POLICIES = ["Delete", "Retain"];
const BINDING_MODES = ["Immediate", "WaitForFirstConsumer"];

export function validateStorageClass(storageClass: StorageClass): FieldError[] {
  const errors: FieldError[] = [];
  const { provisioner = "", parameters, reclaimPolicy = "", volumeBindingMode, allowedTopologies } = storageClass;
  if (provisioner === "") errors.push(required("provisioner"));
  else {
    const lower = provisioner.toLowerCase();
    for (const problem of qualifiedName(lower)) errors.push(invalid("provisioner", lower, problem));
  }
  checkParameters(errors, "parameters", parameters);
  if (reclaimPolicy !== "" && !RECLAIM_POLICIES.includes(reclaimPolicy))
    errors.push(notSupported("reclaimPolicy", reclaimPolicy, RECLAIM_POLICIES));
  if (volumeBindingMode === undefined) errors.push(required("volumeBindingMode"));
  else if (!BINDING_MODES.includes(volumeBindingMode))
    errors.push(notSupported("volumeBindingMode", volumeBindingMode, BINDING_MODES));
  allowedTopologies?.forEach((term, i) => {
    checkTerm(errors, `allowedTopologies[${i}]`, term);
    // Kubernetes compares a term with those before it, and with as many empty ones as there are terms.
    const empty = isEmpty(term) ? allowedTopologies.length : 0;
    const equal = allowedTopologies.slice(0, i).filter((other) => sameValue(valuesOf(other), valuesOf(term))).length;
    for (let n = 0; n < empty + equal; n++) errors.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions`, ""));
  });
  return errors;
}

const isEmpty = ({ matchLabelExpressions = [] }: TopologySelectorTerm) => matchLabelExpressions.length === 0;

/** The order of keys and values is irrelevant. */
const valuesOf = ({ matchLabelExpressions = [] }: TopologySelectorTerm) =>
  Object.fromEntries(matchLabelExpressions.map(({ key, values = [] }) => [key, [...new Set(values)].sort()]));

function checkTerm(errors: FieldError[], path: string, { matchLabelExpressions = [] }: TopologySelectorTerm): void {
  const keysAgain = repeated(matchLabelExpressions.map(({ key }) => key));
  matchLabelExpressions.forEach(({ key = "", values = [] }, i) => {
    const at = `${path}.matchLabelExpressions[${i}]`;
    if (values.length === 0) errors.push(required(`${at}.values`));
    const again = repeated(values);
    values.forEach((value, j) => {
      if (again.has(j)) errors.push(duplicate(`${at}.values[${j}]`, value));
    });
    errors.push(...validateLabelName(key, `${at}.key`));
    if (keysAgain.has(i)) errors.push(duplicate(`${at}.key`, key));
  });
}
