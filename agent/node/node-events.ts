/**
 * Events about the node itself, under the kubelet's name and in its words: that it starts, its conditions, and
 * shortages. There are few of them (ongoing ones are rate-limited as for a pod), and they are best effort: what cannot
 * be sent now is dropped.
 */
import type { Event, Node, NodeCondition } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { EventCorrelator } from "../../client/events/event-correlator.ts";
import { EventTally } from "../../client/events/event-tally.ts";
import { sendEvent } from "../../client/events/send-event.ts";
import { steadyNow } from "../steady-now.ts";

/** Tools look for them there, with the node's name as uid. */
const NAMESPACE = "default";
const COMPONENT = "kubelet";

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { False: "NodeHasSufficientMemory", True: "NodeHasInsufficientMemory" },
  DiskPressure: { False: "NodeHasNoDiskPressure", True: "NodeHasDiskPressure" },
  PIDPressure: { False: "NodeHasSufficientPID", True: "NodeHasInsufficientPID" },
  Ready: { True: "NodeReady", False: "NodeNotReady" },
};

export interface NodeEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** Changes in a node's conditions since they were last reported (status by type). */
const conditionEvents = (
  node: string,
  before: ReadonlyMap<string, string>,
  conditions: readonly NodeCondition[],
): NodeEvent[] =>
  conditions.flatMap(({ type, status }) => {
    const reason = WORDS[type]?.[status];
    if (reason === undefined || before.get(type) === status) return [];
    return [{ type: "Normal", reason, message: `Node ${node} status is now: ${reason}` }];
  });

export class NodeEvents {
  readonly #client: ApiClient;
  readonly #node: string;
  readonly #tally = new EventTally();
  readonly #correlator = new EventCorrelator();
  #conditions: ReadonlyMap<string, string> = new Map();
  #sending: Promise<unknown> = Promise.resolve();

  constructor(client: ApiClient, node: string) {
    this.#client = client;
    this.#node = node;
  }

  /** The node has registered. */
  reported(
    { status: { conditions = [], nodeInfo } }: Node,
    { isFirst, hasRebooted }: { readonly isFirst: boolean; readonly hasRebooted: boolean },
  ): void {
    if (isFirst) this.record({ type: "Normal", reason: "Starting", message: "Starting kubelet." });
    if (hasRebooted) {
      const message = `Node ${this.#node} has been rebooted, boot id: ${nodeInfo?.bootID ?? ""}`;
      this.record({ type: "Warning", reason: "Rebooted", message });
    }
    for (const event of conditionEvents(this.#node, this.#conditions, conditions)) this.record(event);
    this.#conditions = new Map(conditions.map(({ type, status }) => [type, status]));
  }

  /** A repeated event only raises the count. */
  record({ type, reason, message }: NodeEvent): void {
    const { name, ...counted } = this.#tally.count(JSON.stringify([reason, message]), this.#node, Date.now());
    if (!this.#correlator.admits(this.#node, steadyNow())) return;
    const event: Event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: NAMESPACE },
      involvedObject: { kind: "Node", name: this.#node, uid: this.#node },
      reason,
      message,
      type,
      source: { component: COMPONENT, host: this.#node },
      reportingComponent: COMPONENT,
      reportingInstance: this.#node,
      ...counted,
    };
    this.#sending = this.#sending.then(() => sendEvent(this.#client, event)).catch(() => {});
  }
}
