import type { Role } from "../../generated/rbac.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { nameIsPathSegment } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import { createdAtColumn } from "../time-columns.ts";
import { checkRules } from "./policy-rule-validation.ts";

export const role = defineResource<Role>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "Role",
  plural: "roles",
  scope: "Namespaced",
  validateName: nameIsPathSegment,
  allowCreateOnUpdate: true,
  validate: ({ rules }) => {
    const errors: FieldError[] = [];
    checkRules(errors, rules, "Namespaced");
    return errors;
  },
  columns: [createdAtColumn],
  age: false,
});
