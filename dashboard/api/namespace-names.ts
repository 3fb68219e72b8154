import { signal } from "@preact/signals";
import type { Namespace } from "../../api/generated/core.v1.ts";
import { api } from "./connection.ts";
import { review } from "./may.ts";

/** Whether whoever is signed in may look into some namespaces only, and is to name those. */
export const isConfined = signal(false);

/** In order; none for who may not list namespaces: the one in the address is then all that the page knows. */
export async function namespaceNames(): Promise<readonly string[]> {
  const outcome = await api.list<Namespace>({ resource: "namespaces" }).catch(() => undefined);
  const refused = outcome?.ok === false && outcome.status.code === 403;
  isConfined.value = refused && !(await review({ verb: "list", resource: "pods" }));
  return outcome?.ok ? outcome.object.items.map(({ metadata }) => metadata.name).sort() : [];
}
