import type { TopologySpreadConstraint } from "../../../../generated/core.v1.ts";
import { duplicate, type FieldError, invalid, notSupported, required } from "../../../../machinery/field-error.ts";
import { validateLabelSelector } from "../../../../machinery/labels-validation.ts";
import { validateKeyTwice, validateLabelKeys } from "./label-keys-validation.ts";

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
    const { matchLabelKeys = [], labelSelector } = constraint;
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
    validateLabelKeys(matchLabelKeys, `${at}.matchLabelKeys`, { labelSelector, errors });
    validateKeyTwice(matchLabelKeys, at, { labelSelector, errors });
    errors.push(...validateLabelSelector(labelSelector, `${at}.labelSelector`));
  });
}

/** What only one constraint of a pod may have. */
const purposeOf = ({ topologyKey, whenUnsatisfiable }: TopologySpreadConstraint) =>
  JSON.stringify([topologyKey, whenUnsatisfiable]);
