import type { ValidatingAdmissionPolicyBinding } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { validateValidatingBinding } from "./policy-binding-validation.ts";
import { paramRefColumn, policyNameColumn } from "./policy-columns.ts";
import { registration } from "./registration.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const validatingAdmissionPolicyBinding = defineResource<ValidatingAdmissionPolicyBinding>({
  ...registration,
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: validateValidatingBinding,
  columns: [policyNameColumn, paramRefColumn],
});
