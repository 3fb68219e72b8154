/** The 403 of an admission plugin (apiserver pkg/admission/errors.go). */
import { forbidden } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { AdmissionRequest } from "./plugin.ts";

export function refusal(request: AdmissionRequest, why: string): ApiError {
  const { group, plural: resource } = request.context.served.resource;
  return new ApiError(forbidden({ group, resource }, refusedName(request), why));
}

/** An object whose name is yet to be generated is referred to by its generateName. */
function refusedName({ name, object }: AdmissionRequest): string {
  return name || object?.metadata.generateName || object?.metadata.name || "Unknown";
}
