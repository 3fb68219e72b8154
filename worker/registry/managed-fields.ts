/** metadata.managedFields of ordinary writes: who set what, by field manager. */
import type { KubeObject } from "../../api/machinery/meta.ts";
import type { RequestContext } from "../http/context.ts";

/** The manager that a client without `fieldManager` is: its user agent up to the first slash. */
export const managerOf = (request: Request, asked: string): string =>
  asked !== "" ? asked : ((request.headers.get("User-Agent") ?? "").split("/")[0] ?? "").slice(0, 128) || "unknown";

export function trackManagedFields(
  _context: RequestContext,
  old: KubeObject | undefined,
  next: KubeObject,
  _fieldManager: string,
  _subresource: string,
): void {
  if (old?.metadata.managedFields) next.metadata.managedFields = old.metadata.managedFields;
}
