/** The user that a request acts as: authenticated, then impersonated if the headers request it and policy allows it. */
import { unauthorized } from "../../../api/machinery/status.ts";
import { ApiError } from "../../api-error.ts";
import { noteImpersonation, noteUser } from "../../audit/audited-request.ts";
import type { Attributes } from "../../auth/attributes.ts";
import { type Authentication, authenticate } from "../../auth/authenticate.ts";
import { wantedUser } from "../../auth/impersonation/headers.ts";
import { impersonate } from "../../auth/impersonation/impersonate.ts";
import { anonymous, type User } from "../../auth/user.ts";
import { noteLegacyToken } from "../response/token-warnings.ts";

/** `attributes`: what the request is about to do, on which constrained impersonation may depend. */
export async function identify(request: Request, attributes: Attributes, at: Authentication): Promise<User> {
  const known = await authenticate(request, at);
  if (known !== "none" && known.legacyToken) noteLegacyToken(request, known.legacyToken);
  if (known !== "none" && !known.ok) throw new ApiError(unauthorized());
  const requestor = known === "none" ? anonymous : known.user;
  noteUser(request, requestor);
  const wanted = wantedUser(request.headers);
  if (!wanted) return requestor;
  const { user, constraint } = await impersonate({ requestor, wanted, attributes }, at);
  noteImpersonation(request, user, constraint);
  return user;
}
