/**
 * What custom objects are asked that they do not answer. Theirs is one handler for all methods, where the routes of other kinds
 * know their own: so it reads HEAD as GET, and creates at the name of another object too.
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
