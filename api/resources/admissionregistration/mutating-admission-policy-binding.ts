import type { MutatingAdmissionPolicyBinding } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { validateMutatingBinding } from "./policy-binding-validation.ts";
import { paramRefColumn, policyNameColumn } from "./policy-columns.ts";
import { registration } from "./registration.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const mutatingAdmissionPolicyBinding = defineResource<MutatingAdmissionPolicyBinding>({
  ...registration,
  kind: "MutatingAdmissionPolicyBinding",
  plural: "mutatingadmissionpolicybindings",
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: validateMutatingBinding,
  columns: [policyNameColumn, paramRefColumn],
});
