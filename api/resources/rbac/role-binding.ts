import type { RoleBinding } from "../../generated/rbac.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { nameIsPathSegment } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import {
  bindingColumns,
  checkRoleRef,
  checkSubjects,
  defaultBinding,
  validateBindingUpdate,
} from "./role-binding-rules.ts";

export const roleBinding = defineResource<RoleBinding>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  scope: "Namespaced",
  validateName: nameIsPathSegment,
  allowCreateOnUpdate: true,
  defaults: defaultBinding,
  validate: (binding) => {
    const errors: FieldError[] = [];
    checkRoleRef(errors, binding, ["Role", "ClusterRole"]);
    checkSubjects(errors, binding.subjects, "Namespaced");
    return errors;
  },
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns<RoleBinding>({
    noun: "roleBinding",
    roleRef:
      "RoleRef can reference a Role in the current namespace or a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
  }),
  age: false,
});
