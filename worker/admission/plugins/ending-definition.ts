/**
 * A kind whose definition is terminating accepts no new objects: the existing ones are being deleted
 * (apiextensions-apiserver pkg/apiserver).
 */
import type { AdmissionPlugin } from "../plugin.ts";
import { refusal } from "../refusal.ts";

export const endingDefinition: AdmissionPlugin = {
  name: "EndingDefinition",
  handles: ({ operation, subresource, context }) =>
    operation === "CREATE" && subresource === "" && context.served.ending === true,
  mutate(request) {
    throw refusal(request, "create not allowed while custom resource definition is terminating");
  },
};
