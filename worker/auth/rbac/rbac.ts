/** Role-based access control (plugin/pkg/auth/authorizer/rbac). */
import type { PolicyRule } from "../../../api/generated/rbac.v1.ts";
import type { PolicySnapshot } from "../../policy/snapshot.ts";
import { type Attributes, type Decision, isResource, NO_OPINION } from "../attributes.ts";
import type { User } from "../user.ts";
import { type Grant, grantsOf } from "./role-index.ts";
import { ruleAllows } from "./rule-matches.ts";

export function rbacDecision(user: User, attributes: Attributes, policy: PolicySnapshot): Decision {
  const namespace = isResource(attributes) ? attributes.namespace : "";
  const missing = new Set<string>();
  for (const grant of grantsOf(policy, user, namespace)) {
    if (grant.missing !== undefined) missing.add(grant.missing);
    for (const rule of grant.rules) if (ruleAllows(rule, attributes)) return allowedBy(grant);
  }
  return missing.size === 0 ? NO_OPINION : { allowed: false, reason: `RBAC: ${aggregate([...missing])}` };
}

/** The reason is only worded on demand: most decisions are made for requests, which do not need it. */
const allowedBy = ({ describe }: Grant): Decision => ({
  allowed: true,
  get reason() {
    return `RBAC: allowed by ${describe()}`;
  },
});

/** All rules that apply to the user in a namespace, and what could not be resolved, or "". */
export function rulesOf(user: User, namespace: string, policy: PolicySnapshot): { rules: PolicyRule[]; error: string } {
  const grants = [...grantsOf(policy, user, namespace)];
  const missing = new Set(grants.flatMap(({ missing }) => missing ?? []));
  return { rules: grants.flatMap(({ rules }) => rules), error: missing.size === 0 ? "" : aggregate([...missing]) };
}

/** Joins errors the way Go's utilerrors.Aggregate prints them. */
const aggregate = (errors: readonly string[]): string =>
  errors.length === 1 ? (errors[0] ?? "") : `[${errors.join(", ")}]`;
