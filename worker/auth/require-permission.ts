/** Throws 403 as kube-apiserver words it (apiserver/pkg/endpoints/handlers/responsewriters). */
import { failure, forbidden, type Status } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { type Attributes, type Decision, isResource, type ResourceAttributes } from "./attributes.ts";
import { type Authority, authorize } from "./authorize.ts";
import type { User } from "./user.ts";

export async function requirePermission(user: User, attributes: Attributes, authority: Authority): Promise<Decision> {
  const decision = await authorize(user, attributes, authority);
  if (decision.allowed) return decision;
  // Catches up, in case a role was granted a moment ago through another isolate.
  await authority.store.confirm();
  throw new ApiError(forbiddenTo(user, attributes, decision.reason));
}

export function forbiddenTo(user: User, attributes: Attributes, reason: string): Status {
  const why = reason === "" ? "" : `: ${reason}`;
  if (!isResource(attributes)) {
    const text = `forbidden: User "${user.name}" cannot ${attributes.verb} path "${attributes.path}"${why}`;
    return failure(403, "Forbidden", text, {});
  }
  const { verb, group, resource, subresource, namespace } = attributes;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  return forbiddenResource(
    attributes,
    `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${why}`,
  );
}

/** Kubernetes omits the quotes if there is no name. */
function forbiddenResource({ group, resource, name }: ResourceAttributes, text: string): Status {
  const status = forbidden({ group, resource }, name, text);
  if (name !== "") return status;
  const subject = group === "" ? resource : `${resource}.${group}`;
  return { ...status, message: `${subject} is forbidden: ${text}` };
}
