/** Whether a rule allows a request (component-helpers/auth/rbac/validation, apis/rbac/v1 evaluation helpers). */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import { type Attributes, isResource } from "../attributes.ts";

const ALL = "*";

export function ruleAllows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if (!isResource(attributes)) return (rule.nonResourceURLs ?? []).some((spec) => pathMatches(spec, attributes.path));
  const { group, resource, subresource, name } = attributes;
  return (
    hasOrAll(rule.apiGroups ?? [], group) &&
    resourceMatches(rule.resources ?? [], resource, subresource) &&
    (!rule.resourceNames?.length || rule.resourceNames.includes(name))
  );
}

const hasOrAll = (list: readonly string[], item: string): boolean => list.includes(ALL) || list.includes(item);

/** `*` is all; `*` before a subresource is that subresource of everything; `pods/*` is nothing, as in Kubernetes. */
function resourceMatches(specs: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === "") return hasOrAll(specs, resource);
  return specs.includes(ALL) || specs.includes(`${resource}/${subresource}`) || specs.includes(`*/${subresource}`);
}

/** A path, or with a trailing `*` all paths with that prefix. */
export const pathMatches = (spec: string, path: string): boolean =>
  spec === path || (spec.endsWith(ALL) && path.startsWith(withoutStars(spec)));

function withoutStars(spec: string): string {
  let end = spec.length;
  while (spec[end - 1] === ALL) end--;
  return spec.slice(0, end);
}
