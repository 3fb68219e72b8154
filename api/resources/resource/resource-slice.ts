import type { ResourceSlice } from "../../generated/resource.v1.ts";
import { checkImmutable } from "../../machinery/field-checks.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";
import { validateResourceSlice } from "./resource-slice-validation.ts";

export const resourceSlice = defineResource<ResourceSlice>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceSlice",
  plural: "resourceslices",
  scope: "Cluster",
  generation: true,
  validate: validateResourceSlice,
  validateUpdate: ({ spec }, { spec: old }) => {
    const errors: FieldError[] = [];
    checkImmutable(errors, "spec.pool.name", spec.pool.name, old.pool.name);
    checkImmutable(errors, "spec.driver", spec.driver, old.driver);
    checkImmutable(errors, "spec.nodeName", spec.nodeName, old.nodeName);
    return errors;
  },
  fields: {
    "spec.driver": ({ spec }) => spec.driver ?? "",
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  },
  columns: [
    {
      name: "Node",
      type: "string",
      description: { field: "resource.v1.ResourceSliceSpec.nodeName" },
      of: ({ spec }) => spec.nodeName ?? null,
    },
    {
      name: "Driver",
      type: "string",
      description: { field: "resource.v1.ResourceSliceSpec.driver" },
      of: ({ spec }) => spec.driver,
    },
    {
      name: "Pool",
      type: "string",
      description: { field: "resource.v1.ResourcePool.name" },
      of: ({ spec }) => spec.pool.name,
    },
  ],
});
