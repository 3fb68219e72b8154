import type { Namespace } from "../../api/generated/core.v1.ts";
import { api } from "./connection.ts";

/** In order; none for who may not list namespaces: the one in the address is then all that the page knows. */
export async function namespaceNames(): Promise<readonly string[]> {
  const outcome = await api.list<Namespace>({ resource: "namespaces" }).catch(() => undefined);
  return outcome?.ok ? outcome.object.items.map(({ metadata }) => metadata.name).sort() : [];
}
