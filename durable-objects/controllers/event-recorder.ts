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
    const { about, type, reason } = event;
    const involvedObject = {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name: about.metadata.name,
      ...(about.metadata.namespace ? { namespace: about.metadata.namespace } : {}),
      uid: about.metadata.uid,
      resourceVersion: about.metadata.resourceVersion,
    };
    const kind = JSON.stringify([component, about.metadata.uid, about.kind, type, reason]);
    const { message, isCombined } = this.#memory.correlator.correlate(kind, event.message, now);
    if (!this.#memory.correlator.admits(`${component} ${about.metadata.uid}`, now)) return;
    const namespace = event.namespace ?? about.metadata.namespace ?? "default";
    const key = isCombined ? kind : `${kind} ${message}`;
    const known = this.#memory.written.get(key);
    const target = { resource: "events", namespace };
    const stamp = timestamp(now);
    if (known) {
      const count = known.count + 1;
      const patch = event.action
        ? { series: { count, lastObservedTime: microTimestamp(now) } }
        : { count, lastTimestamp: stamp, message };
      const outcome = await api.patch({ ...target, name: known.name }, "application/strategic-merge-patch+json", patch);
      if (outcome.ok || outcome.status.code !== 404) {
        this.#memory.written.set(key, { ...known, count });
        return;
      }
    }
    const name = `${about.metadata.name}.${this.#stamps.next(now)}`;
    const object: Event = {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace },
      involvedObject,
      reason,
      message,
      type,
      ...(event.action
        ? {
            eventTime: microTimestamp(now),
            action: event.action,
            reportingComponent: component,
            reportingInstance: component,
          }
        : {
            source: { component },
            firstTimestamp: stamp,
            lastTimestamp: stamp,
            count: 1,
            // For combined events client-go only sets the source.
            reportingComponent: isCombined ? "" : component,
            reportingInstance: "",
          }),
    };
    const outcome = await api.create(target, object);
    if (outcome.ok) this.#memory.written.set(key, { name, count: 1 });
  }
}
