/**
 * Records Events as client-go's recorder does: a repeated event raises the count of the existing one, events that
 * differ only in their message are combined from the tenth on, and an object that causes too many is rate-limited.
 */
import type { Event } from "../../api/generated/core.v1.ts";
import { microTimestamp, timestamp } from "../../api/machinery/time/time.ts";
import type { ApiClient } from "../../client/api-client.ts";
import { EventStamps } from "../../client/events/event-stamps.ts";
import type { EventRecord } from "../../worker/controllers/controller.ts";
import { EventMemory } from "./event-memory.ts";
import type { MemoryStorage } from "./plan-memory.ts";

export class EventRecorder {
  readonly #memory: EventMemory;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #stamps = new EventStamps();

  constructor(storage: MemoryStorage) {
    this.#memory = new EventMemory(storage);
  }

  /** Events about one object are written in order. A failed write is not retried. */
  record(
    event: EventRecord,
    component: string,
    context: { readonly api: ApiClient; readonly now: number },
  ): Promise<void> {
    const { uid } = event.about.metadata;
    const before = this.#queues.get(uid) ?? Promise.resolve();
    const written = before.then(() => this.#write(event, component, context)).catch(() => undefined);
    this.#queues.set(uid, written);
    return written.then(() => {
      if (this.#queues.get(uid) !== written) return;
      this.#queues.delete(uid);
      this.#memory.save(context.now);
    });
  }

  async #write(event: EventRecord, component: string, { api, now }: { api: ApiClient; now: number }): Promise<void> {
    const { about } = event;
    const kind = JSON.stringify([component, about.metadata.uid, about.kind, event.type, event.reason]);
    const { message, isCombined } = this.#memory.correlator.correlate(kind, event.message, now);
    if (!this.#memory.correlator.admits(`${component} ${about.metadata.uid}`, now)) return;
    const namespace = event.namespace ?? about.metadata.namespace ?? "default";
    const target = { resource: "events", namespace };
    const key = isCombined ? kind : `${kind} ${message}`;
    const written = this.#memory.written.get(key);
    if (written) {
      const count = written.count + 1;
      const patch = countPatch(event, { count, message, now });
      const outcome = await api.patch(
        { ...target, name: written.name },
        "application/strategic-merge-patch+json",
        patch,
      );
      if (outcome.ok || outcome.status.code !== 404) {
        this.#memory.written.set(key, { ...written, count });
        return;
      }
    }
    const name = `${about.metadata.name}.${this.#stamps.next(now)}`;
    const object: Event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
      involvedObject: referenceTo(about),
      reason: event.reason,
      message,
      type: event.type,
      ...reporterOf(event, component, { now, isCombined }),
    };
    const outcome = await api.create(target, object);
    if (outcome.ok) this.#memory.written.set(key, { name, count: 1 });
  }
}

/** Events with an action are those of events.k8s.io, which count in a series. */
const countPatch = (
  { action }: EventRecord,
  { count, message, now }: { readonly count: number; readonly message: string; readonly now: number },
): object =>
  action
    ? { series: { count, lastObservedTime: microTimestamp(now) } }
    : { count, lastTimestamp: timestamp(now), message };

const referenceTo = ({ apiVersion, kind, metadata }: EventRecord["about"]): Event["involvedObject"] => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
});

/** Who reports the event, and when it was first seen. */
function reporterOf(
  { action }: EventRecord,
  component: string,
  { now, isCombined }: { readonly now: number; readonly isCombined: boolean },
): Partial<Event> {
  if (action)
    return {
      eventTime: microTimestamp(now),
      action,
      reportingComponent: component,
      reportingInstance: component,
    };
  return {
    source: { component },
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
    count: 1,
    // For combined events client-go only sets the source.
    reportingComponent: isCombined ? "" : component,
    reportingInstance: "",
  };
}
