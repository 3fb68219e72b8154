/**
 * Events about the node itself, in the kubelet's name and words: that it starts, how it is, and that it is short of something. They
 * are few (of what goes on for hours, as few as of a pod), and best effort: who cannot be told now is not told.
 */
import type { Event, Node, NodeCondition } from "../../api/generated/core.v1.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { EventCorrelator } from "../../client/events/event-correlator.ts";
import { EventTally } from "../../client/events/event-tally.ts";
import { tellEvent } from "../../client/events/tell-event.ts";
import { steadyNow } from "../steady-now.ts";

/** Tools look for them there, under the node's name in place of its uid. */
const NAMESPACE = "default";
const COMPONENT = "kubelet";

const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  MemoryPressure: { False: "NodeHasSufficientMemory", True: "NodeHasInsufficientMemory" },
  DiskPressure: { False: "NodeHasNoDiskPressure", True: "NodeHasDiskPressure" },
  PIDPressure: { False: "NodeHasSufficientPID", True: "NodeHasInsufficientPID" },
  Ready: { True: "NodeReady", False: "NodeNotReady" },
};

export interface NodeNews {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What has changed of a node's conditions since they were told last (status by type). */
const newsOfConditions = (
  node: string,
  before: ReadonlyMap<string, string>,
  conditions: readonly NodeCondition[],
): NodeNews[] =>
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
  #telling: Promise<unknown> = Promise.resolve();

  constructor(client: ApiClient, node: string) {
    this.#client = client;
    this.#node = node;
  }

  /** The node has reported itself. */
  reported(
    { status: { conditions = [], nodeInfo } }: Node,
    { isFirst, hasRebooted }: { readonly isFirst: boolean; readonly hasRebooted: boolean },
  ): void {
    if (isFirst) this.tell({ type: "Normal", reason: "Starting", message: "Starting kubelet." });
    if (hasRebooted) {
      const message = `Node ${this.#node} has been rebooted, boot id: ${nodeInfo?.bootID ?? ""}`;
      this.tell({ type: "Warning", reason: "Rebooted", message });
    }
    for (const news of newsOfConditions(this.#node, this.#conditions, conditions)) this.tell(news);
    this.#conditions = new Map(conditions.map(({ type, status }) => [type, status]));
  }

  /** The same again only counts up. */
  tell({ type, reason, message }: NodeNews): void {
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
    this.#telling = this.#telling.then(() => tellEvent(this.#client, event)).catch(() => {});
  }
}
