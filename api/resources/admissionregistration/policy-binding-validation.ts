/** pkg/apis/admissionregistration/validation: bindings of admission policies. */
import type {
  MutatingAdmissionPolicyBinding,
  ParamRef,
  ValidatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicyBindingSpec,
} from "../../generated/admissionregistration.v1.ts";
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { dnsSubdomain, pathSegmentName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { checkMatchResources, checkMutatingOperations } from "./match-resources-validation.ts";

const ACTIONS = ["Audit", "Deny", "Warn"];

export function validateValidatingBinding({ spec }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const errors = validateBinding(spec);
  checkActions(errors, "spec.validationActions", spec.validationActions ?? []);
  return errors;
}

export function validateMutatingBinding({ spec }: MutatingAdmissionPolicyBinding): FieldError[] {
  const errors = validateBinding(spec);
  if (spec.matchResources) checkMutatingOperations(errors, "spec.matchResources", spec.matchResources);
  return errors;
}

function validateBinding(spec: MutatingAdmissionPolicyBinding["spec"]): FieldError[] {
  const errors: FieldError[] = [];
  const { policyName = "", paramRef, matchResources }: Partial<ValidatingAdmissionPolicyBindingSpec> = spec;
  if (policyName === "") errors.push(required("spec.policyName"));
  else for (const problem of dnsSubdomain(policyName)) errors.push(invalid("spec.policyName", policyName, problem));
  if (paramRef) checkParamRef(errors, "spec.paramRef", paramRef);
  if (matchResources) checkMatchResources(errors, "spec.matchResources", matchResources);
  return errors;
}

const EXCLUSIVE = "name and selector are mutually exclusive";

function checkParamRef(errors: FieldError[], path: string, paramRef: ParamRef): void {
  const { name = "", selector, parameterNotFoundAction: action } = paramRef;
  if (name !== "") {
    for (const problem of pathSegmentName(name)) errors.push(invalid(`${path}.name`, name, problem));
    if (selector) errors.push(forbidden(`${path}.name`, EXCLUSIVE));
  }
  if (selector) {
    errors.push(...validateLabelSelector(selector, `${path}.selector`));
    if (name !== "") errors.push(forbidden(`${path}.selector`, EXCLUSIVE));
  } else if (name === "") errors.push(required(path, "one of name or selector must be specified"));
  if (!action) errors.push(required(`${path}.parameterNotFoundAction`));
  else if (action !== "Deny" && action !== "Allow")
    errors.push(notSupported(`${path}.parameterNotFoundAction`, action, ["Deny", "Allow"]));
}

function checkActions(errors: FieldError[], path: string, actions: readonly string[]): void {
  const again = repeated(actions);
  actions.forEach((action, i) => {
    if (!ACTIONS.includes(action)) errors.push(notSupported(`${path}[${i}]`, action, ACTIONS));
    if (again.has(i)) errors.push(duplicate(`${path}[${i}]`, action));
  });
  if (actions.includes("Deny") && actions.includes("Warn"))
    errors.push(
      invalid(
        path,
        actions,
        "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
      ),
    );
  if (actions.length === 0) errors.push(required(path, "at least one validation action is required"));
}
