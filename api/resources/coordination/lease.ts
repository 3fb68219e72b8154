import type { Lease } from "../../generated/coordination.v1.ts";
import { checkNonNegative, checkPositive } from "../../machinery/field-checks.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";

export const lease = defineResource<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  anyFinalizer: true,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  prepareCreate: dropElectionFields,
  prepareUpdate: dropElectionFields,
  validate: ({ spec }) => {
    const errors: FieldError[] = [];
    checkPositive(errors, "spec.leaseDurationSeconds", spec.leaseDurationSeconds);
    checkNonNegative(errors, "spec.leaseTransitions", spec.leaseTransitions);
    return errors;
  },
  columns: [
    {
      name: "Holder",
      type: "string",
      description:
        "holderIdentity contains the identity of the holder of a current lease. If Coordinated Leader Election is used, the holder identity must be equal to the elected LeaseCandidate.metadata.name field.",
      of: ({ spec }) => spec.holderIdentity ?? "",
    },
  ],
});

/** Coordinated leader election is off by default, and so are its fields. */
function dropElectionFields({ spec }: Lease): void {
  delete spec.strategy;
  delete spec.preferredHolder;
}
