import { forbidden } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { AdmissionRequest } from "../plugin.ts";

export function refusal({ context, name }: AdmissionRequest, why: string): ApiError {
  const { group, plural: resource } = context.served.resource;
  return new ApiError(forbidden({ group, resource }, name, why));
}
