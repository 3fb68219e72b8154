import { decodeBase64 } from "../../api/machinery/encoding/base64.ts";

/** The PEM text of a caBundle; undefined if there is none. */
export function pemOf(caBundle: string | undefined): string | undefined {
  if (!caBundle) return undefined;
  const bytes = decodeBase64(caBundle);
  return typeof bytes === "number" ? "" : new TextDecoder().decode(bytes);
}
