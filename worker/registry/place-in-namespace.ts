import type { KubeObject } from "../../api/machinery/meta.ts";
import { badRequest } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import type { RequestContext } from "../request-context.ts";

/** Sets the URL's namespace on the object, or checks that it matches. */
export function placeInNamespace({ served, path }: RequestContext, { metadata }: KubeObject): void {
  if (served.resource.scope === "Cluster") {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace && metadata.namespace !== path.namespace) {
    throw new ApiError(
      badRequest("the namespace of the provided object does not match the namespace sent on the request"),
    );
  }
  metadata.namespace = path.namespace;
}
