/** What a token says about its owner. Not verified here: the API server does that. */
import { fromBase64Url } from "../../api/machinery/encoding/base64url.ts";

/** Undefined if it is not a JSON Web Token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = fromBase64Url(token.split(".")[1] ?? "");
  try {
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** The namespace of the token's service account. */
export const namespaceOf = (token: string): string | undefined =>
  /^system:serviceaccount:([^:]+):/.exec(String(claimsOf(token)?.sub))?.[1];
