/**
 * Records Events as client-go's recorder does: the same event again raises the count of the one that is, events that
 * differ in their message only are combined from the tenth on, and an object that causes too many is not heard.
 */
import type { Event } from "../../api/generated/core.v1.ts";
import { microTimestamp, timestamp } from "../../api/machinery/time.ts";
import type { ApiClient } from "../../client/api-client.ts";
import type { EventRecord } from "../../worker/controllers/controller.ts";

const REMEMBERED = 4096;
const SIMILAR_WINDOW_MS = 600_000;
const SIMILAR_LIMIT = 10;
/** Per source and object: a burst of 25, then one in five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;

interface Written {
  readonly name: string;
  readonly count: number;
  readonly first: string;
}

interface Similar {
  readonly messages: Set<string>;
  last: number;
}

interface Bucket {
  tokens: number;
  since: number;
}

export class EventRecorder {
  readonly #written = new Recent<Written>(REMEMBERED);
  readonly #similar = new Recent<Similar>(REMEMBERED);
  readonly #buckets = new Recent<Bucket>(REMEMBERED);
  readonly #queues = new Map<string, Promise<void>>();
  #lastStamp = 0n;

  /** Events about one object are written in their order; a failure to write one is not retried. */
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
      if (this.#queues.get(uid) === written) this.#queues.delete(uid);
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
    const similarKey = JSON.stringify([component, about.metadata.uid, about.kind, type, reason]);
    const { message, combined } = this.#combine(similarKey, event.message, now);
    if (!this.#mayWrite(`${component} ${about.metadata.uid}`, now)) return;
    const namespace = event.namespace ?? about.metadata.namespace ?? "default";
    const key = combined ? similarKey : `${similarKey} ${message}`;
    const known = this.#written.get(key);
    const target = { resource: "events", namespace };
    const stamp = timestamp(now);
    if (known) {
      const count = known.count + 1;
      const patch = event.action
        ? { series: { count, lastObservedTime: microTimestamp(now) } }
        : { count, lastTimestamp: stamp, message };
      const outcome = await api.patch({ ...target, name: known.name }, "application/strategic-merge-patch+json", patch);
      if (outcome.ok || outcome.status.code !== 404) {
        this.#written.set(key, { ...known, count });
        return;
      }
    }
    const name = `${about.metadata.name}.${this.#nextStamp(now)}`;
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
            // client-go says of combined events only what their source is.
            reportingComponent: combined ? "" : component,
            reportingInstance: "",
          }),
    };
    const outcome = await api.create(target, object);
    if (outcome.ok) this.#written.set(key, { name, count: 1, first: stamp });
  }

  #combine(key: string, message: string, now: number): { message: string; combined: boolean } {
    let similar = this.#similar.get(key);
    if (!similar || now - similar.last > SIMILAR_WINDOW_MS) similar = { messages: new Set(), last: now };
    similar.messages.add(message);
    similar.last = now;
    this.#similar.set(key, similar);
    if (similar.messages.size < SIMILAR_LIMIT) return { message, combined: false };
    similar.messages.delete(similar.messages.values().next().value ?? "");
    return { message: `(combined from similar events): ${message}`, combined: true };
  }

  #mayWrite(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key) ?? { tokens: BURST, since: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.since) / REFILL_MS);
    const allowed = tokens >= 1;
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, since: now });
    return allowed;
  }

  /** Nanoseconds in hex, never twice the same. */
  #nextStamp(now: number): string {
    const stamp = BigInt(Math.floor(now)) * 1_000_000n;
    this.#lastStamp = stamp > this.#lastStamp ? stamp : this.#lastStamp + 1n;
    return this.#lastStamp.toString(16);
  }
}

/** A map that forgets what was written longest ago. */
class Recent<T> {
  readonly #entries = new Map<string, T>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: T): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const oldest = this.#entries.size > this.#limit ? this.#entries.keys().next().value : undefined;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
