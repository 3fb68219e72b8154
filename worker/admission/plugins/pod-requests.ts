import type { AdmissionRequest } from "../plugin.ts";

/** Most plugins concerned with pods look at them once, at creation. */
export const isPodCreation = ({ operation, subresource, context }: AdmissionRequest): boolean => {
  const { resource } = context.served;
  return operation === "CREATE" && subresource === "" && resource.plural === "pods" && resource.group === "";
};

export const isPodUpdate = ({ operation, subresource, context: { served } }: AdmissionRequest): boolean =>
  operation === "UPDATE" && subresource === "" && served.resource.plural === "pods" && served.resource.group === "";
