import type { AdmissionRequest } from "../plugin.ts";

/** Most plugins about pods look at them once, when they are made. */
export const isPodCreation = ({ operation, subresource, context }: AdmissionRequest): boolean => {
  const { resource } = context.served;
  return operation === "CREATE" && subresource === "" && resource.plural === "pods" && resource.group === "";
};

export const isPodUpdate = ({ operation, subresource, context: { served } }: AdmissionRequest): boolean =>
  operation === "UPDATE" && subresource === "" && served.resource.plural === "pods" && served.resource.group === "";
