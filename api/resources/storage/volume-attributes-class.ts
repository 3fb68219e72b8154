import type { VolumeAttributesClass } from "../../generated/storage.v1.ts";
import { sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, required } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { defineResource } from "../resource.ts";
import { checkParameters } from "./parameters-validation.ts";

export const volumeAttributesClass = defineResource<VolumeAttributesClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "VolumeAttributesClass",
  plural: "volumeattributesclasses",
  scope: "Cluster",
  updateChecks: ["metaChanges", "changes", "meta", "whole"],
  deleteReturnsObject: true,
  shortNames: ["vac"],
  validate: ({ driverName = "", parameters }) => {
    const errors: FieldError[] = [];
    if (driverName === "") errors.push(required("driverName"));
    else {
      const lower = driverName.toLowerCase();
      for (const problem of qualifiedName(lower)) errors.push(invalid("driverName", lower, problem));
    }
    checkParameters(errors, "parameters", parameters, { optional: false });
    return errors;
  },
  validateUpdate: (next, old) => {
    const errors: FieldError[] = [];
    if (next.driverName !== old.driverName)
      errors.push(forbidden("driverName", "updates to driverName are forbidden."));
    if (!sameValue(next.parameters, old.parameters))
      errors.push(forbidden("parameters", "updates to parameters are forbidden."));
    return errors;
  },
  columns: [
    {
      name: "DriverName",
      type: "string",
      description: { field: "storage.v1.VolumeAttributesClass.driverName" },
      of: ({ driverName }) => driverName,
    },
  ],
});
