import type { ClusterRole } from "../../generated/rbac.v1.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/labels-validation.ts";
import { nameIsPathSegment } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import { createdAtColumn } from "../time-columns.ts";
import { checkRules } from "./policy-rule-validation.ts";

export const clusterRole = defineResource<ClusterRole>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  scope: "Cluster",
  validateName: nameIsPathSegment,
  allowCreateOnUpdate: true,
  validate: ({ rules, aggregationRule }) => {
    const errors: FieldError[] = [];
    checkRules(errors, rules, "Cluster");
    if (!aggregationRule) return errors;
    const path = "aggregationRule.clusterRoleSelectors";
    const selectors = aggregationRule.clusterRoleSelectors ?? [];
    if (selectors.length === 0)
      errors.push(required(path, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
    selectors.forEach((selector, i) => {
      const problems = validateLabelSelector(selector, `${path}[${i}]`);
      errors.push(...problems);
      if (problems.length > 0) errors.push(invalid(`${path}[${i}]`, null, "invalid label selector."));
    });
    return errors;
  },
  columns: [createdAtColumn],
  age: false,
});
