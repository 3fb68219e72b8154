/**
 * Marks a silent node's conditions Unknown, as the node lifecycle controller of kube-controller-manager does for a
 * silent kubelet.
 */
import type { Node, NodeCondition } from "../../api/generated/core.v1.ts";
import { timestamp } from "../../api/machinery/time/time.ts";
import { createApiClient } from "../../client/api-client.ts";

export interface NodeLifeEnv {
  readonly API: Fetcher;
}

const REPORTED = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];
const REASON = "NodeStatusUnknown";
const MESSAGE = "Kubelet stopped posting node status.";

/** Returns whether the node is marked, or gone. */
export async function markUnknown(env: NodeLifeEnv, cluster: string, name: string): Promise<boolean> {
  const client = createApiClient({
    fetch: (request) => env.API.fetch(request),
    base: `https://sailplane${cluster === "default" ? "" : `/clusters/${cluster}`}`,
    headers: () => ({}),
  });
  const found = await client.get<Node>({ resource: "nodes", name });
  if (!found.ok) return found.status.code === 404;
  const lastTransitionTime = timestamp(Date.now());
  const conditions: NodeCondition[] = REPORTED.map((type) => ({
    type,
    status: "Unknown",
    reason: REASON,
    message: MESSAGE,
    lastTransitionTime,
  }));
  const marked = await client.patch<Node>(
    { resource: "nodes", name, subresource: "status" },
    "application/strategic-merge-patch+json",
    { status: { conditions } },
  );
  return marked.ok;
}
