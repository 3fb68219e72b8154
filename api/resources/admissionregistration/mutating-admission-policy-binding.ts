import type { MutatingAdmissionPolicyBinding } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { validateMutatingBinding } from "./policy-binding-validation.ts";
import { paramRefColumn, policyNameColumn } from "./policy-columns.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const mutatingAdmissionPolicyBinding = defineResource<MutatingAdmissionPolicyBinding>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicyBinding",
  plural: "mutatingadmissionpolicybindings",
  scope: "Cluster",
  updateMeta: "whole",
  anyFinalizer: true,
  categories: ["api-extensions"],
  generation: true,
  allowUnconditionalUpdate: false,
  defaults: ({ spec }) => defaultMatchResources(spec.matchResources),
  validate: validateMutatingBinding,
  columns: [policyNameColumn, paramRefColumn],
});
