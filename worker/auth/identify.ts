/** The user that a request acts as: authenticated, then impersonated where the headers ask for it and policy allows it. */
import { unauthorized } from "../../api/machinery/status.ts";
import { ApiError } from "../api-error.ts";
import { noteUser } from "../audit/audited-request.ts";
import { type Authentication, authenticate } from "./authenticate.ts";
import { impersonationOf } from "./impersonate.ts";
import { requirePermission } from "./require-permission.ts";
import { anonymous, type User } from "./user.ts";

export async function identify(request: Request, at: Authentication): Promise<User> {
  const known = await authenticate(request, at);
  if (known === undefined) throw new ApiError(unauthorized());
  const user = known === "none" ? anonymous : known;
  const asked = impersonationOf(request.headers);
  noteUser(request, user, asked?.user);
  if (!asked) return user;
  for (const need of asked.needs) await requirePermission(user, need, at);
  return asked.user;
}
