import { forbidden } from "../../api/machinery/status.ts";
import { ApiError } from "../http/api-error.ts";
import type { ResourcePath } from "../http/request-info.ts";
import type { PolicySnapshot } from "../policy/snapshot.ts";
import { authorize } from "./authorize.ts";
import type { User } from "./user.ts";

/** Throws 403 as kube-apiserver words it. */
export function requirePermission(user: User, verb: string, path: ResourcePath, policy: PolicySnapshot): void {
  const { group, version, resource, subresource, namespace, name } = path;
  const decision = authorize(user, { verb, group, version, resource, subresource, namespace, name }, policy);
  if (decision.allowed) return;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace "${namespace}"`;
  const why = decision.reason === "" ? "" : `: ${decision.reason}`;
  const text = `User "${user.name}" cannot ${verb} resource "${what}" in API group "${group}" ${where}${why}`;
  throw new ApiError(forbiddenTo({ group, resource }, name, text));
}

/** Kubernetes leaves the quotes out where no name is at hand. */
function forbiddenTo(of: { group: string; resource: string }, name: string, text: string) {
  const status = forbidden(of, name, text);
  if (name !== "") return status;
  const subject = of.group === "" ? of.resource : `${of.resource}.${of.group}`;
  return { ...status, message: `${subject} is forbidden: ${text}` };
}
