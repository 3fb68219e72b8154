/** Marks a silent node and its pods, as the node lifecycle controller does for nodes without a link. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { Status } from "../../api/generated/meta.v1.ts";
import { createApiClient } from "../../client/api-client.ts";
import { clusterBase } from "../../worker/cluster.ts";
import type { PatchEffect } from "../../worker/controllers/controller.ts";
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

/** Pods that are marked at once. */
const MAX_CONCURRENT = 16;

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
  const mark = async ({ type, patch, record, ...target }: PatchEffect): Promise<boolean> => {
    const marked = await api.patch(target, type, patch);
    if (!marked.ok) return !isTransient(marked.status);
    if (record?.success) {
      const { success, about } = record;
      void events.record({ ...success, type: success.type ?? "Normal", about }, controller.name, { api, now });
    }
    return true;
  };
  for (let done = 0; done < pods.length; done += MAX_CONCURRENT) {
    const outcomes = await Promise.all(pods.slice(done, done + MAX_CONCURRENT).map(mark));
    if (outcomes.includes(false)) return false;
  }
  return node === undefined || mark(node);
}

/** A later attempt may succeed. */
const isTransient = ({ code = 500 }: Status): boolean => code === 409 || code === 429 || code >= 500;
