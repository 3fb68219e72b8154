/** What a token says of its owner. Nobody here checks that it is true: the API server does. */
import { fromBase64Url } from "../../api/machinery/encoding/base64url.ts";

/** Undefined of what is no JSON Web Token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = fromBase64Url(token.split(".")[1] ?? "");
  try {
    return bytes && (JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}

/** The namespace of the service account whose token this is. */
export const namespaceOf = (token: string): string | undefined =>
  /^system:serviceaccount:([^:]+):/.exec(String(claimsOf(token)?.sub))?.[1];
