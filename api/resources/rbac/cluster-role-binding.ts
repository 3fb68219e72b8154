import type { ClusterRoleBinding } from "../../generated/rbac.v1.ts";
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

export const clusterRoleBinding = defineResource<ClusterRoleBinding>({
  group: "rbac.authorization.k8s.io",
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  scope: "Cluster",
  validateName: nameIsPathSegment,
  allowCreateOnUpdate: true,
  defaults: defaultBinding,
  validate: (binding) => {
    const errors: FieldError[] = [];
    checkRoleRef(errors, binding, ["ClusterRole"]);
    checkSubjects(errors, binding.subjects, "Cluster");
    return errors;
  },
  validateUpdate: validateBindingUpdate,
  columns: bindingColumns<ClusterRoleBinding>({
    noun: "clusterRoleBinding",
    roleRef:
      "RoleRef can only reference a ClusterRole in the global namespace. If the RoleRef cannot be resolved, the Authorizer must return an error.",
  }),
  age: false,
});
