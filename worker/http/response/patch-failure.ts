import type { PatchFailure } from "../../../api/machinery/patch/patch-result.ts";
import { failure } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";

/** The answer to a patch that cannot be applied. */
export function patchRefused({ code, reason, message, causes, emptyDetails }: PatchFailure): ApiError {
  const details = causes ? { causes: [...causes] } : emptyDetails ? {} : undefined;
  return new ApiError(failure(code, reason, message, details));
}
