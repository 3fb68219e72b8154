import type { Event } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { event as eventKind } from "../../../api/resources/core/event.ts";
import type { Write } from "../../../api/store/store.ts";

export const EVENTS = "events";

/** A new event is built in its stored form (event.ts). */
export const eventWrite = (op: "create" | "replace", event: Stored<Event>): Write => ({
  op,
  key: { resource: EVENTS, namespace: event.metadata.namespace ?? "", name: event.metadata.name },
  text: op === "create" ? JSON.stringify(event) : textWithoutRevision(event),
  attributes: attributesOf(eventKind, event),
});
