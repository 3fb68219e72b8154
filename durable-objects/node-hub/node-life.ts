/** Marks a silent node and its pods, as the node lifecycle controller does for nodes without a link. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import { createApiClient } from "../../client/api-client.ts";
import { clusterBase } from "../../worker/cluster.ts";
import { planLoss } from "../../worker/controllers/node/lost-node.ts";
import { nodeLifecycleController as controller } from "../../worker/controllers/node/node-lifecycle.ts";
import { actingAs } from "../controllers/acting-as.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";

export interface NodeLifeEnv {
  readonly API: Fetcher;
}

interface LostNode {
  readonly cluster: string;
  readonly node: string;
  readonly events: EventRecorder;
}

/** Returns whether the node is marked, or gone. */
export async function markLost(env: NodeLifeEnv, { cluster, node: name, events }: LostNode): Promise<boolean> {
  const client = createApiClient({
    fetch: (request) => env.API.fetch(request),
    base: clusterBase(cluster),
    headers: () => ({}),
  });
  const api = actingAs(client, controller);
  const found = await api.get<Node>({ resource: "nodes", name });
  if (!found.ok) return found.status.code === 404;
  const onNode = await api.list<Pod>({ resource: "pods" }, { fieldSelector: `spec.nodeName=${name}` });
  if (!onNode.ok) return false;
  const now = Date.now();
  // Objects in a list do not say what they are, and events about them do.
  const named = onNode.object.items.map((pod) => ({ ...pod, apiVersion: "v1", kind: "Pod" }));
  const { pods, node } = planLoss(found.object, named, now);
  for (const { type, patch, record, ...target } of [...pods, ...node]) {
    const marked = await api.patch(target, type, patch);
    if (!marked.ok && marked.status.code !== 404) return false;
    if (marked.ok && record?.success)
      void events.record(
        { ...record.success, type: record.success.type ?? "Normal", about: record.about },
        controller.name,
        { api, now },
      );
  }
  return true;
}
