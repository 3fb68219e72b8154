/** Who asks, and as whom: what requests that are made for a client have of the one that it made. */
import { bearerToken } from "./authenticate.ts";
import { isImpersonation } from "./impersonation/headers.ts";

export function credentialHeaders(request: Request): Record<string, string> {
  const impersonated = [...request.headers].filter(([name]) => isImpersonation(name));
  const token = bearerToken(request);
  return { ...Object.fromEntries(impersonated), ...(token !== undefined && { authorization: `Bearer ${token}` }) };
}
