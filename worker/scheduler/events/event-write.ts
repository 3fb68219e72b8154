import type { Event } from "../../../api/generated/core.v1.ts";
import { textWithoutRevision } from "../../../api/machinery/json/object-text.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { attributesOf } from "../../../api/resources/attributes.ts";
import { event as eventKind } from "../../../api/resources/core/event.ts";
import type { Change, SchedulerRequest } from "../requests/scheduler-request.ts";

export const EVENTS = "events";

/** A new event is built in its stored form (event.ts). */
export const eventChange = (op: "create" | "replace", event: Stored<Event>): Change => ({
  write: {
    op,
    key: { resource: EVENTS, namespace: event.metadata.namespace ?? "", name: event.metadata.name },
    text: op === "create" ? JSON.stringify(event) : textWithoutRevision(event),
    attributes: attributesOf(eventKind, event),
  },
  requests: () => [eventRequest(op, event)],
});

/** As kube-scheduler's recorder sends it: in events.k8s.io, and a repetition as a patch of its series. */
function eventRequest(op: "create" | "replace", event: Stored<Event>): SchedulerRequest {
  const { name, namespace = "" } = event.metadata;
  const at = { resource: "events.events.k8s.io", namespace } as const;
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
