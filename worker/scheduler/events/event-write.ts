import type { Event } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { event as eventKind } from "../../../api/resources/core/event.ts";
import type { Revision, Write } from "../../../api/store/store.ts";
import type { Change, SchedulerRequest } from "../requests/scheduler-request.ts";

export const EVENTS = "events";
const REQUESTED = "events.events.k8s.io";

/** No object has it. */
const NO_REVISION = 0 as Revision;

/**
 * A new event is built in its stored form (event.ts). One is replaced only if it is still as it was written at the
 * revision: if the API has created it, or somebody has changed it, it is another by now.
 */
export const eventChange = (op: "create" | "replace", event: Stored<Event>, revision = NO_REVISION): Change => {
  const key = { resource: EVENTS, namespace: event.metadata.namespace ?? "", name: event.metadata.name };
  const attributes = attributesOf(eventKind, event);
  const write: Write =
    op === "create"
      ? { op, key, text: JSON.stringify(event), attributes }
      : { op, key, text: textWithoutRevision(event), attributes, ifRevision: revision };
  return { write, requests: () => [eventRequest(op, event)] };
};

/** The request for the same as a write of a repetition. */
export function repetitionRequest({ key: { name, namespace }, text }: Write & { op: "replace" }): SchedulerRequest {
  const { series } = JSON.parse(text) as Event;
  return { verb: "patch", resource: REQUESTED, namespace, name, body: { series } };
}

/** As kube-scheduler's recorder sends it: in events.k8s.io, and a repetition as a patch of its series. */
function eventRequest(op: "create" | "replace", event: Stored<Event>): SchedulerRequest {
  const { name, namespace = "" } = event.metadata;
  const at = { resource: REQUESTED, namespace };
  if (op === "replace") return { verb: "patch", ...at, name, body: { series: event.series } };
  const { type, reason, action, eventTime, reportingInstance } = event;
  const body = {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { name, namespace },
    regarding: event.involvedObject,
    type,
    reason,
    action,
    note: event.message,
    eventTime,
    reportingController: event.reportingComponent,
    reportingInstance,
  };
  return { verb: "create", ...at, body };
}
