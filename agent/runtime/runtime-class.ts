/** Resolves a RuntimeClass to a handler of the container runtime. */
import type { RuntimeClass } from "../../api/generated/node.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";

/** A class never changes its handler, so cached ones stay valid without the control plane. */
export function runtimeClassHandlers(client: ApiClient): (name: string) => Promise<string> {
  const known = new Map<string, string>();
  return async (name) => {
    const handler = known.get(name);
    if (handler !== undefined) return handler;
    const found = await client.get<RuntimeClass>({ resource: "runtimeclasses.node.k8s.io", name });
    if (!found.ok)
      throw new Error(`failed to get RuntimeClass "${name}": ${found.status.message ?? found.status.reason}`);
    known.set(name, found.object.handler);
    return found.object.handler;
  };
}
