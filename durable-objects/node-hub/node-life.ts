/** Marks silent nodes and their pods, as the node lifecycle controller does for nodes without a link. */
import type { Node, Pod } from "../../api/generated/core.v1.ts";
import type { Status } from "../../api/generated/meta.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { PatchEffect } from "../../worker/controllers/controller.ts";
import { planLoss } from "../../worker/controllers/node/lost-node.ts";
import { nodeLifecycleController as controller } from "../../worker/controllers/node/node-lifecycle.ts";
import { actingAs } from "../controllers/acting-as.ts";
import type { EventRecorder } from "../controllers/event-recorder.ts";

export class NodeLife {
  readonly #api: ApiClient;
  readonly #events: EventRecorder;

  /** `api` limits how many requests are under way. */
  constructor(api: ApiClient, events: EventRecorder) {
    this.#api = actingAs(api, controller);
    this.#events = events;
  }

  /** Returns whether the node and its pods are marked, or gone. */
  async markLost(name: string): Promise<boolean> {
    const found = await this.#api.get<Node>({ resource: "nodes", name });
    if (!found.ok) return found.status.code === 404;
    const onNode = await this.#api.list<Pod>({ resource: "pods" }, { fieldSelector: `spec.nodeName=${name}` });
    if (!onNode.ok) return false;
    const now = Date.now();
    // Objects in a list do not say what they are, and events about them do.
    const named = onNode.object.items.map((pod) => ({ ...pod, apiVersion: "v1", kind: "Pod" }));
    const { pods, node } = planLoss(found.object, named, now);
    // The node does not wait for pods that cannot be marked: they may need its taints to get away from it.
    const marked = await Promise.all([...pods, ...(node ? [node] : [])].map((patch) => this.#mark(patch, now)));
    return !marked.includes(false);
  }

  async #mark({ type, patch, record, ...target }: PatchEffect, now: number): Promise<boolean> {
    const marked = await this.#api.patch(target, type, patch);
    if (!marked.ok) return !isTransient(marked.status);
    if (record?.success) {
      const { success, about } = record;
      const event = { ...success, type: success.type ?? "Normal", about };
      void this.#events.record(event, controller.name, { api: this.#api, now });
    }
    return true;
  }
}

/** A later attempt may succeed. */
const isTransient = ({ code = 500 }: Status): boolean => code === 409 || code === 429 || code >= 500;
