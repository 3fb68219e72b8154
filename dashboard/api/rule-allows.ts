/** Whether an RBAC rule allows something. */
import type { PolicyRule } from "../../api/generated/rbac.v1.ts";

export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/exec`. */
  readonly resource: string;
  /** "" matches any. */
  readonly name: string;
}

export const ALL = "*";

/**
 * As in RBAC: `*` is everything, a star before a subresource is that subresource of everything, and `pods/*` matches
 * nothing.
 */
export function ruleAllows(rule: PolicyRule, { verb, group, resource, name }: AccessRequest): boolean {
  const names = rule.resourceNames ?? [];
  return (
    isIn(rule.verbs, verb) &&
    isIn(rule.apiGroups ?? [], group) &&
    resourceIn(rule.resources ?? [], resource) &&
    (names.length === 0 || name === "" || names.includes(name))
  );
}

const isIn = (list: readonly string[], item: string) => list.includes(ALL) || list.includes(item);

function resourceIn(list: readonly string[], resource: string): boolean {
  const slash = resource.indexOf("/");
  return isIn(list, resource) || (slash >= 0 && list.includes(`*${resource.slice(slash)}`));
}
