import type { Device, ResourceSlice } from "../../generated/resource.v1.ts";
import { goQuote } from "../../machinery/field-error.ts";
import { defineResource } from "../resource.ts";
import { validateNewSlice, validateSliceUpdate } from "./resource-slice-validation.ts";

export const resourceSlice = defineResource<ResourceSlice>({
  group: "resource.k8s.io",
  version: "v1",
  kind: "ResourceSlice",
  plural: "resourceslices",
  scope: "Cluster",
  updateChecks: ["metaChanges", "whole", "changes"],
  deleteReturnsObject: true,
  generation: true,
  prepareCreate: (draft) => dropGated(draft),
  prepareUpdate: dropGated,
  warnings: ({ spec: { driver } }) =>
    driver === driver.toLowerCase()
      ? []
      : [`spec.driver: driver names should be lowercase; ${goQuote(driver)} contains uppercase characters`],
  validateCreate: validateNewSlice,
  validateUpdate: validateSliceUpdate,
  fields: {
    "spec.driver": ({ spec }) => spec.driver ?? "",
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  },
  columns: [
    {
      name: "Node",
      type: "string",
      description:
        "NodeName identifies the node which provides the resources in this pool. A field selector can be used to list only ResourceSlice objects belonging to a certain node.\n\nThis field can be used to limit access from nodes to ResourceSlices with the same node name. It also indicates to autoscalers that adding new nodes of the same type as some old node might also make new resources available.\n\nExactly one of NodeName, NodeSelector, AllNodes, and PerDeviceNodeSelection must be set. This field is immutable.",
      of: ({ spec }) => spec.nodeName ?? "",
    },
    {
      name: "Driver",
      type: "string",
      description:
        "Driver identifies the DRA driver providing the capacity information. A field selector can be used to list only ResourceSlice objects with a certain driver name.\n\nMust be a DNS subdomain and should end with a DNS domain owned by the vendor of the driver. It should use only lower case characters. This field is immutable.",
      of: ({ spec }) => spec.driver,
    },
    {
      name: "Pool",
      type: "string",
      description:
        "Name is used to identify the pool. For node-local devices, this is often the node name, but this is not required.\n\nIt must not be longer than 253 characters and must consist of one or more DNS sub-domains separated by slashes. This field is immutable.",
      of: ({ spec }) => spec.pool.name,
    },
  ],
});

/** Attributes with several values, and node allocatable resources, are behind gates that are off. */
function dropGated({ spec }: ResourceSlice, old?: ResourceSlice): void {
  const mapsResources = old?.spec.devices?.some(
    ({ nodeAllocatableResourceMappings }) => nodeAllocatableResourceMappings,
  );
  for (const device of spec.devices ?? []) {
    if (!mapsResources) delete device.nodeAllocatableResourceMappings;
    dropListAttributes(device);
  }
}

function dropListAttributes({ attributes = {} }: Device): void {
  for (const attribute of Object.values(attributes)) {
    delete attribute.ints;
    delete attribute.bools;
    delete attribute.strings;
    delete attribute.versions;
  }
}
