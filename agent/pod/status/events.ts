/**
 * Events about pods, told to the API in the kubelet's name and words. Telling is best effort: nothing waits for it, the
 * same event again only counts up (of what happens while it is being told, the newest alone is told then), what resembles many others is combined with them, and what cannot be told is dropped.
 */
import type { Event, Pod } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { ApiClient } from "../../../client/api-client.ts";
import { steadyNow } from "../../steady-now.ts";
import { fieldPathOf, type PodContainer } from "../containers.ts";
import { EventCorrelator } from "./correlate-events.ts";

export interface EventTarget {
  readonly pod: Pod;
  readonly container?: PodContainer;
}

interface Told {
  readonly name: string;
  readonly first: string;
  count: number;
}

const LONGEST_QUEUE = 500;
const LONGEST_MEMORY = 2000;
const COMPONENT = "kubelet";

export class EventRecorder {
  readonly #client: ApiClient;
  readonly #nodeName: string;
  readonly #correlator = new EventCorrelator();
  readonly #told = new Map<string, Told>();
  /** By name: what is being told, and what is to be told of it next. */
  readonly #telling = new Map<string, Event | undefined>();
  #last = 0n;

  constructor(client: ApiClient, nodeName: string) {
    this.#client = client;
    this.#nodeName = nodeName;
  }

  /** Nanoseconds, never twice the same: events are listed by name, and so in order. */
  #stamp(): string {
    const now = BigInt(Date.now()) * 1_000_000n;
    this.#last = now > this.#last ? now : this.#last + 1n;
    return this.#last.toString(16);
  }

  record({ pod, container }: EventTarget, type: "Normal" | "Warning", reason: string, said: string): void {
    const { namespace = "", name = "", uid = "" } = pod.metadata;
    const fieldPath = container === undefined ? undefined : fieldPathOf(container);
    const now = Date.now();
    const { key, message } = this.#correlator.correlate({ uid, fieldPath, type, reason, message: said }, steadyNow());
    const time = timestamp(now);
    if (this.#told.size >= LONGEST_MEMORY && !this.#told.has(key)) this.#told.clear();
    const told = this.#told.get(key) ?? { name: `${name}.${this.#stamp()}`, first: time, count: 0 };
    told.count++;
    this.#told.set(key, told);
    if (!this.#correlator.admits(uid, steadyNow())) return;
    const event: Event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: told.name, namespace },
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
      firstTimestamp: told.first,
      lastTimestamp: time,
      count: told.count,
    };
    if (this.#telling.has(told.name)) this.#telling.set(told.name, event);
    else if (this.#telling.size < LONGEST_QUEUE) void this.#tellAll(told.name, event);
  }

  async #tellAll(name: string, first: Event): Promise<void> {
    for (let next: Event | undefined = first; next !== undefined; next = this.#telling.get(name)) {
      this.#telling.set(name, undefined);
      await this.#tell(next).catch(() => undefined);
    }
    this.#telling.delete(name);
  }

  /** One that was told counts up; the API forgets events in time, and is then told of it anew. */
  async #tell(event: Event): Promise<void> {
    const { count = 1, lastTimestamp, message, metadata } = event;
    const { namespace = "" } = metadata;
    if (count > 1) {
      const key = { resource: "events", namespace, name: metadata.name ?? "" };
      const patched = await this.#client.patch(key, "application/merge-patch+json", { count, lastTimestamp, message });
      if (patched.ok || patched.status.code !== 404) return;
    }
    await this.#client.create({ resource: "events", namespace }, event);
  }
}
