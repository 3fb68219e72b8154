/**
 * `?timeout=`, how long a client is willing to wait. Only webhooks take long enough for it to matter; but an invalid
 * duration is refused before anything else, as in kube-apiserver (apiserver/pkg/endpoints/filters,
 * WithRequestDeadline).
 */

import { badRequest } from "../../../api/machinery/status.ts";
import { durationProblem, parseDuration } from "../../../api/machinery/time/duration.ts";
import { ApiError } from "../../api-error.ts";
import { parseResourcePath } from "../../resource-path.ts";
import { isLongRunning } from "../request/long-running.ts";
import { queryOf } from "../request/request-url.ts";

/** `path` is the URL's, without the cluster's prefix. */
export function refuseBadTimeout(url: string, path: string): void {
  if (!/[?&]timeout=/.test(url)) return;
  const query = queryOf(url);
  const timeout = query.get("timeout") ?? "";
  if (timeout === "" || parseDuration(timeout) !== undefined) return;
  const resource = parseResourcePath(path);
  // To long-running requests the parameter does not apply.
  if (resource && isLongRunning(resource, query)) return;
  throw new ApiError(badRequest(`invalid timeout specified in the request URL - ${durationProblem(timeout)}`));
}
