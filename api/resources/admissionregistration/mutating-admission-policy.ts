import type { MutatingAdmissionPolicy } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { paramKindColumn } from "./policy-columns.ts";
import { validateMutatingPolicy } from "./policy-validation.ts";
import { registration } from "./registration.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const mutatingAdmissionPolicy = defineResource<MutatingAdmissionPolicy>({
  ...registration,
  kind: "MutatingAdmissionPolicy",
  plural: "mutatingadmissionpolicies",
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
