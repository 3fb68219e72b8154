/**
 * Requests that custom objects do not support. In Kubernetes they have one handler for all methods, while other kinds
 * have a route per method: so HEAD is treated as GET, and a create at an object's name is possible as well.
 */

import { badRequest, verbNotSupported } from "../../../api/machinery/status.ts";
import type { Verb } from "../../../api/resources/resource.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";
import type { RequestVerb } from "../request/verb.ts";

export function customVerb({ path, served }: RequestContext, verb: RequestVerb): Verb {
  if (verb === "") throw notSupported(served, verb);
  if (path.name === "" && (verb === "update" || verb === "patch"))
    throw new ApiError(badRequest("name must be provided"));
  return verb;
}

export function requireCustomSubresourceVerb({ served }: RequestContext, verb: RequestVerb): void {
  if (verb !== "get" && verb !== "update" && verb !== "patch") throw notSupported(served, verb);
}

const notSupported = ({ group, resource }: RequestContext["served"], verb: RequestVerb): ApiError =>
  new ApiError(verbNotSupported({ group, resource: resource.plural }, verb));
