/** The user that a request acts as: authenticated, then impersonated where the headers ask for it and policy allows it. */
import { failure, unauthorized } from "../../api/machinery/status.ts";
import { ApiError } from "../http/api-error.ts";
import { type Authentication, authenticate } from "./authenticate.ts";
import { authorize } from "./authorize.ts";
import { impersonated } from "./impersonate.ts";
import { anonymous, type User } from "./user.ts";

export async function identify(request: Request, at: Authentication): Promise<User> {
  const known = await authenticate(request, at);
  if (known === undefined) throw new ApiError(unauthorized());
  const user = known === "none" ? anonymous : known;
  const target = impersonated(request.headers);
  if (!target) return user;
  const attributes = {
    verb: "impersonate",
    group: "",
    version: "v1",
    resource: "users",
    subresource: "",
    namespace: "",
    name: target.name,
  };
  if (authorize(user, attributes, at.policy).allowed) return target;
  const what = `cannot impersonate resource "users" in API group "" at the cluster scope`;
  const message = `users "${target.name}" is forbidden: User "${user.name}" ${what}`;
  throw new ApiError(failure(403, "Forbidden", message, { name: target.name, kind: "users" }));
}
