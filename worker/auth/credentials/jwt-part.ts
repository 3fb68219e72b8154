import { fromBase64Url } from "../../../api/machinery/encoding/base64url.ts";

/** A JWT's header or claims; undefined if it is no JSON object. What is in it is up to the caller to check. */
export function parseJwtPart<T extends object>(part: string): T | undefined {
  const bytes = fromBase64Url(part);
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}
