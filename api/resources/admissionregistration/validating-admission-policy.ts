import type { ValidatingAdmissionPolicy } from "../../generated/admissionregistration.v1.ts";
import { defineResource } from "../resource.ts";
import { paramKindColumn } from "./policy-columns.ts";
import { validatePolicyStatus, validateValidatingPolicy } from "./policy-validation.ts";
import { registration } from "./registration.ts";
import { defaultMatchResources } from "./webhook-defaults.ts";

export const validatingAdmissionPolicy = defineResource<ValidatingAdmissionPolicy>({
  ...registration,
  kind: "ValidatingAdmissionPolicy",
  plural: "validatingadmissionpolicies",
  defaults: ({ spec }) => {
    spec.failurePolicy ??= "Fail";
    defaultMatchResources(spec.matchConstraints);
  },
  validate: validateValidatingPolicy,
  status: { retainsMetadata: "mark", validatesMetadata: false, validateUpdate: validatePolicyStatus },
  columns: [
    {
      name: "Validations",
      type: "integer",
      description: "Validations indicates the number of validation rules defined in this configuration",
      of: ({ spec }) => spec.validations?.length ?? 0,
    },
    paramKindColumn,
  ],
});
