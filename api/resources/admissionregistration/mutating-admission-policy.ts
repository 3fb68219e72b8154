import type { MutatingAdmissionPolicy } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { paramKindColumn } from "./policy-columns.ts";
import { validateMutatingPolicy } from "./policy-validation.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const mutatingAdmissionPolicy = defineResource<MutatingAdmissionPolicy>({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: "MutatingAdmissionPolicy",
  plural: "mutatingadmissionpolicies",
  scope: "Cluster",
  updateMeta: "whole",
  anyFinalizer: true,
  categories: ["api-extensions"],
  generation: true,
  allowUnconditionalUpdate: false,
  defaults: ({ spec }) => {
    spec.failurePolicy ??= "Fail";
    defaultMatchResources(spec.matchConstraints);
  },
  validate: validateMutatingPolicy,
  columns: [
    {
      name: "Mutations",
      type: "integer",
      description: "Mutation indicates the number of mutations rules defined in this configuration",
      of: ({ spec }) => spec.mutations?.length ?? 0,
    },
    paramKindColumn,
  ],
});
