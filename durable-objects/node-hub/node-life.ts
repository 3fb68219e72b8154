/**
 * Marks a silent node's conditions Unknown, as the node lifecycle controller of kube-controller-manager does for a
 * silent kubelet.
 */
import type { Node } from "../../api/generated/core.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { createApiClient } from "../../client/api-client.ts";
import { clusterBase } from "../../worker/cluster.ts";
import { unknownConditions } from "../../worker/controllers/node/unknown-conditions.ts";

export interface NodeLifeEnv {
  readonly API: Fetcher;
}

/** Returns whether the node is marked, or gone. */
export async function markUnknown(env: NodeLifeEnv, cluster: string, name: string): Promise<boolean> {
  const client = createApiClient({
    fetch: (request) => env.API.fetch(request),
    base: clusterBase(cluster),
    headers: () => ({}),
  });
  const found = await client.get<Node>({ resource: "nodes", name });
  if (!found.ok) return found.status.code === 404;
  const conditions = unknownConditions(found.object, timestamp(Date.now()));
  if (conditions.length === 0) return true;
  const marked = await client.patch<Node>(
    { resource: "nodes", name, subresource: "status" },
    "application/strategic-merge-patch+json",
    { status: { conditions } },
  );
  return marked.ok;
}
