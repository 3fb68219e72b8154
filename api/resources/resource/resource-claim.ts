import type { ResourceClaim } from "../../generated/resource.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { invalid } from "../../machinery/field-error.ts";
import { goStruct } from "../../schema/go-struct.ts";
import { defineResource } from "../resource.ts";
import { dropDeallocatedDevices } from "./deallocated-devices.ts";
import { defaultClaimSpec, defaultClaimStatus } from "./device-request-defaults.ts";
import { validateClaimStatusUpdate } from "./resource-claim-status-validation.ts";
import { validateClaimSpec } from "./resource-claim-validation.ts";

export const resourceClaim = defineResource<ResourceClaim>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceClaim",
  plural: "resourceclaims",
  scope: "Namespaced",
  updateChecks: ["meta", "metaChanges", "changes"],
  deleteReturnsObject: true,
  defaults: ({ spec, status }) => {
    defaultClaimSpec(spec);
    defaultClaimStatus(status);
  },
  // An unchanged spec stays valid, whatever the rules have become.
  validateCreate: ({ spec }) => validateClaimSpec(spec, "spec"),
  validateUpdate: ({ spec }, old) =>
    sameValue(spec, old.spec)
      ? []
      : [invalid("spec", goStruct("resource.v1.ResourceClaimSpec", spec), "field is immutable")],
  withoutTable: ["status"],
  status: { retainsMetadata: "mark", prepareUpdate: dropDeallocatedDevices, validateUpdate: validateClaimStatusUpdate },
  columns: [
    {
      name: "State",
      type: "string",
      description: "A summary of the current state (allocated, pending, reserved, etc.).",
      of: ({ metadata, status }) => {
        const deleted = metadata.deletionTimestamp ? ["deleted"] : [];
        if (!status.allocation) return deleted[0] ?? "pending";
        return [...deleted, "allocated", ...(status.reservedFor?.length ? ["reserved"] : [])].join(",");
      },
    },
  ],
});
