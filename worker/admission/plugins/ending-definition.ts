/**
 * A kind whose definition is terminating accepts no new objects: the existing ones are being deleted
 * (apiextensions-apiserver pkg/apiserver).
 */
import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionPlugin } from "../plugin.ts";

export const endingDefinition: AdmissionPlugin = {
  name: "EndingDefinition",
  handles: ({ operation, subresource, context }) =>
    operation === "CREATE" && subresource === "" && context.served.ending === true,
  mutate({ name, context }) {
    const { group, plural: resource } = context.served.resource;
    const why = "create not allowed while custom resource definition is terminating";
    throw new ApiError(forbidden({ group, resource }, name, why));
  },
};
