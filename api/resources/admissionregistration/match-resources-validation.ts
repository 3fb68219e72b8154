/** pkg/apis/admissionregistration/validation: matchConstraints of policies, matchResources of bindings. */
import type { MatchResources, NamedRuleWithOperations } from "../../generated/admissionregistration.v1.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { pathSegmentName } from "../../machinery/names.ts";
import { repeated } from "../../machinery/repeated.ts";
import { checkRuleWithOperations } from "./rules-validation.ts";
import { MATCH_POLICIES } from "./webhook-validation.ts";

export function checkMatchResources(errors: FieldError[], path: string, resources: MatchResources): void {
  const { matchPolicy, namespaceSelector, objectSelector, resourceRules, excludeResourceRules } = resources;
  if (matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`));
  else if (!MATCH_POLICIES.includes(matchPolicy))
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, MATCH_POLICIES));
  if (namespaceSelector) errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`));
  else errors.push(required(`${path}.namespaceSelector`));
  if (objectSelector) errors.push(...validateLabelSelector(objectSelector, `${path}.objectSelector`));
  else errors.push(required(`${path}.objectSelector`));
  resourceRules?.forEach((rule, i) => {
    checkNamedRule(errors, `${path}.resourceRules[${i}]`, rule);
  });
  excludeResourceRules?.forEach((rule, i) => {
    checkNamedRule(errors, `${path}.excludeResourceRules[${i}]`, rule);
  });
}

const MUTATING = ["*", "CONNECT", "CREATE", "UPDATE"];

/** What is being deleted cannot be mutated. */
export function checkMutatingOperations(errors: FieldError[], path: string, { resourceRules }: MatchResources): void {
  for (const { operations = [] } of resourceRules ?? [])
    for (const operation of operations)
      if (!MUTATING.includes(operation))
        errors.push(notSupported(`${path}.resourceRules.operations`, operation, MUTATING));
}

function checkNamedRule(errors: FieldError[], path: string, rule: NamedRuleWithOperations): void {
  const names = rule.resourceNames ?? [];
  const again = repeated(names);
  names.forEach((name, i) => {
    for (const problem of pathSegmentName(name)) errors.push(invalid(`${path}.resourceNames[${i}]`, name, problem));
    if (again.has(i)) errors.push(duplicate(`${path}.resourceNames[${i}]`, name));
  });
  checkRuleWithOperations(errors, path, rule);
}
