import { signal } from "@preact/signals";
import type { Namespace } from "../../api/generated/core.v1.ts";
import { api } from "./connection.ts";
import { review } from "./may.ts";

/** Whether the user may only see some namespaces, and must name those. */
export const isConfined = signal(false);

/** Sorted; empty if the user may not list namespaces: then the page only knows the one in the address. */
export async function namespaceNames(): Promise<readonly string[]> {
  const outcome = await api.list<Namespace>({ resource: "namespaces" }).catch(() => undefined);
  const refused = outcome?.ok === false && outcome.status.code === 403;
  isConfined.value = refused && !(await review({ verb: "list", resource: "pods" }));
  return outcome?.ok ? outcome.object.items.map(({ metadata }) => metadata.name).sort() : [];
}
