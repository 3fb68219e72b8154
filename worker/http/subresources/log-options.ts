/** PodLogOptions from URL parameters, validated as in Kubernetes. */
import { type FieldError, forbidden, invalid as invalidField } from "../../../api/machinery/field-error.ts";
import { badRequest, invalid } from "../../../api/machinery/status.ts";
import { canonicalTime } from "../../../api/machinery/time/time.ts";
import type { LogOptions } from "../../../api/node/node-sync.ts";
import { ApiError } from "../../api-error.ts";
import { booleanOption, integerOption } from "../request/write-options.ts";

const POSITIVE = "must be greater than 0";
/** Errors about two parameters name neither. */
const BOTH = "[]";

/** Throws 422 for invalid values, under the pod's name. */
export function logOptions(query: URLSearchParams, pod: string): LogOptions {
  const tailLines = integerOption(query, "tailLines");
  const limitBytes = integerOption(query, "limitBytes");
  const sinceSeconds = integerOption(query, "sinceSeconds");
  const sinceTime = query.get("sinceTime") || undefined;
  const time = sinceTime === undefined ? undefined : canonicalTime(sinceTime, "Time");
  if (time && !time.ok) throw new ApiError(badRequest(time.message));
  const errors: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    errors.push(invalidField("tailLines", tailLines, "must be greater than or equal to 0"));
  }
  if (limitBytes !== undefined && limitBytes < 1) errors.push(invalidField("limitBytes", limitBytes, POSITIVE));
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    errors.push(forbidden(BOTH, "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    errors.push(invalidField("sinceSeconds", sinceSeconds, POSITIVE));
  }
  // Of the feature PodLogsQuerySplitStreams, which is off.
  if (query.has("stream")) errors.push(forbidden("stream", "may not be specified"));
  if (errors.length > 0) throw new ApiError(invalid("", "PodLogOptions", pod, errors));
  return {
    follow: booleanOption(query, "follow"),
    previous: booleanOption(query, "previous"),
    timestamps: booleanOption(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    // Whole seconds, as in requests to a kubelet.
    ...(time?.ok ? { sinceTime: time.text } : {}),
  };
}
