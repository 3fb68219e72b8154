/** The headers that identify the user; they are copied to requests made on a client's behalf. */
import { bearerToken } from "./authenticate.ts";
import { isImpersonation } from "./impersonation/headers.ts";

export function credentialHeaders(request: Request): Record<string, string> {
  const impersonated = [...request.headers].filter(([name]) => isImpersonation(name));
  const token = bearerToken(request);
  return { ...Object.fromEntries(impersonated), ...(token !== undefined && { authorization: `Bearer ${token}` }) };
}
