/**
 * Requests that custom objects do not support. In Kubernetes they have one handler for all methods, while other kinds
 * have a route per method: so HEAD is treated as GET, and a create at an object's name is possible as well.
 */
import { badRequest, verbNotSupported } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import type { RequestContext } from "../../request-context.ts";

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

export function requireCustomVerb({ request: { method }, path, served }: RequestContext): void {
  const verb = VERBS[method];
  if (verb === undefined) throw notSupported(served, "");
  if (path.name === "" && (verb === "update" || verb === "patch"))
    throw new ApiError(badRequest("name must be provided"));
}

export function requireCustomSubresourceVerb({ request: { method }, served }: RequestContext): void {
  const verb = VERBS[method] ?? "";
  if (verb !== "get" && verb !== "update" && verb !== "patch") throw notSupported(served, verb);
}

const notSupported = ({ group, resource }: RequestContext["served"], verb: string): ApiError =>
  new ApiError(verbNotSupported({ group, resource: resource.plural }, verb));
