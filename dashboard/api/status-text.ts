import type { Status } from "../../api/generated/meta.v1.ts";

/** An error in the API server's words, with the fields that it names. */
export function statusText({ message, details }: Status): string {
  const causes = (details?.causes ?? []).map(({ field, message: text }) => `${field ?? ""}: ${text ?? ""}`);
  const text = message || "The cluster refused.";
  // The message of an invalid object already lists its causes.
  return causes.length > 1 ? [text, ...causes.filter((cause) => !text.includes(cause))].join("\n") : text;
}
