/** Throws 403 as kube-apiserver words it (apiserver/pkg/endpoints/handlers/responsewriters). */
import { goQuote } from "../../api/machinery/field-error.ts";
import { failure, forbidden, type Status } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { type Attributes, type Decision, isResource } from "./attributes.ts";
import { type Authority, authorize } from "./authorize.ts";
import type { User } from "./user.ts";

/** `requested`: if it is not what is required, and not permitted either, the refusal names it. */
export async function requirePermission(
  user: User,
  required: Attributes,
  authority: Authority,
  requested = required,
): Promise<Decision> {
  const decision = await authorize(user, required, authority);
  if (decision.allowed) return decision;
  // Catches up, in case a role was granted a moment ago through another isolate.
  await authority.store.confirm();
  const lacking =
    requested === required || (await authorize(user, requested, authority)).allowed ? required : requested;
  throw new ApiError(forbiddenTo(user, lacking, decision.reason));
}

export function forbiddenTo(user: User, attributes: Attributes, reason: string): Status {
  const why = reason === "" ? "" : `: ${reason}`;
  if (!isResource(attributes)) {
    const text = `forbidden: User ${goQuote(user.name)} cannot ${attributes.verb} path ${goQuote(attributes.path)}${why}`;
    return failure(403, "Forbidden", text, {});
  }
  const { verb, group, resource, subresource, namespace, name } = attributes;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return forbidden(
    { group, resource },
    name,
    `User ${goQuote(user.name)} cannot ${verb} resource "${what}" in API group "${group}" ${where}${why}`,
  );
}
