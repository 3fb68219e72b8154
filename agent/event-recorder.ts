/**
 * Events about pods, recorded under the kubelet's name and in its words. Best effort: nothing waits for them, a
 * repeated event only raises the count (while one is being written, only the newest repetition is kept), similar ones
 * are combined, and what cannot be written is dropped.
 */
import type { Event, Pod } from "../api/generated/core.v1.ts";
import type { ApiClient } from "../client/api-client.ts";
import { EventCorrelator } from "../client/events/event-correlator.ts";
import { EventTally } from "../client/events/event-tally.ts";
import { sendEvent } from "../client/events/send-event.ts";
import { fieldPathOf, type PodContainer } from "./pod-spec/containers.ts";
import { steadyNow } from "./steady-now.ts";

export interface EventTarget {
  readonly pod: Pod;
  readonly container?: PodContainer;
  /** Of the event. */
  readonly annotations?: Readonly<Record<string, string>>;
}

const MAX_QUEUE_LENGTH = 500;
const COMPONENT = "kubelet";

export class EventRecorder {
  readonly #client: ApiClient;
  readonly #nodeName: string;
  readonly #correlator = new EventCorrelator();
  readonly #tally = new EventTally();
  /** By name: the event being written, and the next version of it. */
  readonly #sending = new Map<string, Event | undefined>();

  constructor(client: ApiClient, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  record({ pod, container, annotations }: EventTarget, type: "Normal" | "Warning", reason: string, text: string): void {
    const { namespace = "", name = "", uid = "" } = pod.metadata;
    const fieldPath = container === undefined ? undefined : fieldPathOf(container);
    const kind = JSON.stringify([uid, type, reason]);
    const { message, isCombined } = this.#correlator.correlate(kind, text, steadyNow());
    const key = isCombined ? kind : JSON.stringify([uid, fieldPath, type, reason, message]);
    const { name: eventName, ...counted } = this.#tally.count(key, name, Date.now());
    if (!this.#correlator.admits(uid, steadyNow())) return;
    const event: Event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: eventName, namespace, ...(annotations && { annotations }) },
      involvedObject: {
        apiVersion: "v1",
        kind: "Pod",
        namespace,
        name,
        uid,
        ...(pod.metadata.resourceVersion === undefined ? {} : { resourceVersion: pod.metadata.resourceVersion }),
        ...(fieldPath === undefined ? {} : { fieldPath }),
      },
      reason,
      message,
      type,
      source: { component: COMPONENT, host: this.#nodeName },
      reportingComponent: COMPONENT,
      reportingInstance: this.#nodeName,
      ...counted,
    };
    if (this.#sending.has(eventName)) this.#sending.set(eventName, event);
    else if (this.#sending.size < MAX_QUEUE_LENGTH) void this.#send(eventName, event);
  }

  async #send(name: string, first: Event): Promise<void> {
    for (let next: Event | undefined = first; next !== undefined; next = this.#sending.get(name)) {
      this.#sending.set(name, undefined);
      await sendEvent(this.#client, next).catch(() => undefined);
    }
    this.#sending.delete(name);
  }
}
