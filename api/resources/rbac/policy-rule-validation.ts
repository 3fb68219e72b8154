/** pkg/apis/rbac/validation: rules. */
import type { PolicyRule } from "../../generated/rbac.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import type { Resource } from "../resource.ts";

type Scope = Resource["scope"];

export function checkRules(errors: FieldError[], rules: readonly PolicyRule[] | undefined, scope: Scope): void {
  rules?.forEach((rule, i) => {
    checkRule(errors, `rules[${i}]`, rule, scope);
  });
}

function checkRule(errors: FieldError[], path: string, rule: PolicyRule, scope: Scope): void {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  if (!verbs?.length) errors.push(required(`${path}.verbs`, "verbs must contain at least one value"));
  if (nonResourceURLs?.length) {
    const urls = `${path}.nonResourceURLs`;
    if (scope === "Namespaced")
      errors.push(invalid(urls, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
    if (apiGroups?.length || resources?.length || resourceNames?.length)
      errors.push(invalid(urls, nonResourceURLs, "rules cannot apply to both regular resources and non-resource URLs"));
    return;
  }
  if (!apiGroups?.length)
    errors.push(required(`${path}.apiGroups`, "resource rules must supply at least one api group"));
  if (!resources?.length)
    errors.push(required(`${path}.resources`, "resource rules must supply at least one resource"));
}
