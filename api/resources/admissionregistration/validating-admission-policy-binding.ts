import type { ValidatingAdmissionPolicyBinding } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { validateValidatingBinding } from "./policy-binding-validation.ts";
import { paramRefColumn, policyNameColumn } from "./policy-columns.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const validatingAdmissionPolicyBinding = defineResource<ValidatingAdmissionPolicyBinding>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "ValidatingAdmissionPolicyBinding",
  plural: "validatingadmissionpolicybindings",
  scope: "Cluster",
  updateMeta: "whole",
  anyFinalizer: true,
  categories: ["api-extensions"],
  generation: true,
  allowUnconditionalUpdate: false,
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: validateValidatingBinding,
  columns: [policyNameColumn, paramRefColumn],
});
