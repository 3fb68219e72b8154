import type { TopologySpreadConstraint } from "../../../../generated/core.v1.ts";
import {
  duplicate,
  type FieldError,
  forbidden,
  invalid,
  notSupported,
  required,
} from "../../../../machinery/field-error.ts";
import { validateLabelName, validateLabelSelector } from "../../../../machinery/labels-validation.ts";

const ACTIONS: readonly string[] = ["DoNotSchedule", "ScheduleAnyway"];
const INCLUSION: readonly string[] = ["Honor", "Ignore"];
const NOT_POSITIVE = "must be greater than zero";

export function validateTopologySpread(
  constraints: readonly TopologySpreadConstraint[],
  path: string,
  errors: FieldError[],
): void {
  const last = new Map(constraints.map((constraint, i) => [purposeOf(constraint), i]));
  constraints.forEach((constraint, i) => {
    const at = `${path}[${i}]`;
    const { maxSkew = 0, topologyKey, whenUnsatisfiable = "", minDomains } = constraint;
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, NOT_POSITIVE));
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, "can not be empty"));
    if (!ACTIONS.includes(whenUnsatisfiable))
      errors.push(notSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS));
    if (last.get(purposeOf(constraint)) !== i)
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey ?? ""}, ${whenUnsatisfiable}}`));
    if (minDomains !== undefined) {
      if (minDomains <= 0) errors.push(invalid(`${at}.minDomains`, minDomains, NOT_POSITIVE));
      if (whenUnsatisfiable !== "DoNotSchedule")
        errors.push(
          invalid(
            `${at}.minDomains`,
            minDomains,
            `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`,
          ),
        );
    }
    for (const field of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
      const policy = constraint[field];
      if (policy !== undefined && !INCLUSION.includes(policy))
        errors.push(notSupported(`${at}.${field}`, policy, INCLUSION));
    }
    validateKeys(constraint, at, errors);
    errors.push(...validateLabelSelector(constraint.labelSelector, `${at}.labelSelector`));
  });
}

/** What only one constraint of a pod may have. */
const purposeOf = ({ topologyKey, whenUnsatisfiable }: TopologySpreadConstraint) =>
  JSON.stringify([topologyKey, whenUnsatisfiable]);

function validateKeys(
  { matchLabelKeys = [], labelSelector }: TopologySpreadConstraint,
  path: string,
  errors: FieldError[],
): void {
  if (matchLabelKeys.length === 0) return;
  if (!labelSelector)
    return void errors.push(forbidden(`${path}.matchLabelKeys`, "must not be specified when labelSelector is not set"));
  matchLabelKeys.forEach((key, i) => {
    errors.push(...validateLabelName(key, `${path}.matchLabelKeys[${i}]`));
  });
  // The selector already contains what the keys added, so a key is only duplicated if the user did so. Kubernetes
  // 1.36 indexes the constraint itself in the path.
  const last = new Map(matchLabelKeys.map((key, i) => [key, i]));
  const seen = new Set(Object.keys(labelSelector?.matchLabels ?? {}));
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    const index = last.get(key);
    if (index !== undefined && seen.has(key))
      errors.push(invalid(`${path}[${index}]`, key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
}
