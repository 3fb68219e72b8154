import type { Event } from "../../generated/core.v1.ts";
import type { Event as EventsEvent } from "../../generated/events.v1.ts";
import { ageOf } from "../../machinery/duration.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { utf8Length } from "../../machinery/utf8.ts";
import { type Column, defineResource } from "../resource.ts";

const columns: readonly Column<Event>[] = [
  {
    name: "Last Seen",
    type: "string",
    description: { field: "core.v1.Event.lastTimestamp" },
    of: (event, now) => ageOf(event.series?.lastObservedTime ?? event.lastTimestamp ?? firstSeen(event), now),
  },
  { name: "Type", type: "string", description: { field: "core.v1.Event.type" }, of: ({ type }) => type ?? "" },
  { name: "Reason", type: "string", description: { field: "core.v1.Event.reason" }, of: ({ reason }) => reason ?? "" },
  {
    name: "Object",
    type: "string",
    description: "The object that this event is about.",
    of: ({ involvedObject: { kind = "", name } }) => (name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase()),
  },
  {
    name: "Subobject",
    type: "string",
    priority: 1,
    description: { field: "core.v1.ObjectReference.fieldPath" },
    of: ({ involvedObject }) => involvedObject.fieldPath ?? "",
  },
  {
    name: "Source",
    type: "string",
    priority: 1,
    description: "The component reporting this event. Should be a short machine understandable string.",
    of: source,
  },
  {
    name: "Message",
    type: "string",
    description: { field: "core.v1.Event.message" },
    of: ({ message }) => (message ?? "").trim(),
  },
  {
    name: "First Seen",
    type: "string",
    priority: 1,
    description: { field: "core.v1.Event.firstTimestamp" },
    of: (event, now) => ageOf(firstSeen(event), now),
  },
  {
    name: "Count",
    type: "string",
    priority: 1,
    description: { field: "core.v1.Event.count" },
    // Single events of the newer API have no count.
    of: ({ series, count }) => (series ? (series.count ?? 0) : count || 1),
  },
  {
    name: "Name",
    type: "string",
    format: "name",
    priority: 1,
    description: { field: "meta.v1.ObjectMeta.name" },
    of: ({ metadata }) => metadata.name ?? "",
  },
];

function firstSeen({ firstTimestamp, eventTime }: Event): string | undefined {
  return firstTimestamp ?? eventTime ?? undefined;
}

function source({ source: from, reportingComponent, reportingInstance }: Event): string {
  const component = from?.component || reportingComponent || "";
  const host = from?.host || reportingInstance || "";
  return host ? `${component}, ${host}` : component;
}

const REFERENCE_FIELDS = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

export const event = defineResource<Event>({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  scope: "Namespaced",
  defaultPropagation: "Unsupported",
  shortNames: ["ev"],
  allowCreateOnUpdate: true,
  // Recorders make names of what they report on, and the core API has never looked at them.
  validateName: () => [],
  defaults: (draft) => {
    draft.source ??= {};
    draft.reportingComponent ??= "";
    draft.reportingInstance ??= "";
  },
  validate: validateInvolved,
  otherVersions: [
    {
      group: "events.k8s.io",
      version: "v1",
      toStored: (object) => toStored(object as EventsEvent),
      fromStored,
      validate: validateEvent,
      columns,
      fieldNames: {
        ...Object.fromEntries(REFERENCE_FIELDS.map((field) => [`regarding.${field}`, `involvedObject.${field}`])),
        reason: "reason",
        reportingController: "reportingComponent",
        type: "type",
      },
    },
  ],
  fields: {
    "involvedObject.kind": ({ involvedObject }) => involvedObject.kind ?? "",
    "involvedObject.namespace": ({ involvedObject }) => involvedObject.namespace ?? "",
    "involvedObject.name": ({ involvedObject }) => involvedObject.name ?? "",
    "involvedObject.uid": ({ involvedObject }) => involvedObject.uid ?? "",
    "involvedObject.apiVersion": ({ involvedObject }) => involvedObject.apiVersion ?? "",
    "involvedObject.resourceVersion": ({ involvedObject }) => involvedObject.resourceVersion ?? "",
    "involvedObject.fieldPath": ({ involvedObject }) => involvedObject.fieldPath ?? "",
    reason: ({ reason }) => reason ?? "",
    reportingComponent: ({ reportingComponent }) => reportingComponent ?? "",
    source: (event) => event.source?.component || event.reportingComponent || "",
    type: ({ type }) => type ?? "",
  },
  columns,
  name: false,
  age: false,
});

/** Only the core API asks this: an event lies where its object does, one about the cluster in `default`. */
function validateInvolved({ metadata, involvedObject = {} }: Event): FieldError[] {
  const namespace = involvedObject.namespace ?? "";
  const fits = namespace === "" ? ["", "default"].includes(metadata.namespace ?? "") : namespace === metadata.namespace;
  return fits ? [] : [invalid("involvedObject.namespace", namespace, "does not match event.namespace")];
}

const LIMITS = [
  ["action", 128],
  ["reason", 128],
  ["message", 1024],
] as const;

/** What events.k8s.io asks, with the messages' empty values as they are there. */
function validateEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  const { reportingComponent = "", reportingInstance = "", series, type } = event;
  if (series && (series.count ?? 0) < 2) errors.push(invalid("series.count", "", "should be at least 2"));
  if (series && !series.lastObservedTime) errors.push(required("series.lastObservedTime"));
  if (!event.eventTime) errors.push(required("eventTime"));
  if (!reportingComponent) errors.push(required("reportingController"));
  for (const problem of qualifiedName(reportingComponent))
    errors.push(invalid("reportingController", reportingComponent, problem));
  if (!reportingInstance) errors.push(required("reportingInstance"));
  else if (utf8Length(reportingInstance) > 128)
    errors.push(invalid("reportingInstance", "", "can have at most 128 characters"));
  for (const [field, most] of LIMITS) {
    const text = event[field] ?? "";
    if (!text && field !== "message") errors.push(required(field));
    if (utf8Length(text) > most) errors.push(invalid(field, "", `can have at most ${most} characters`));
  }
  if (type !== "Normal" && type !== "Warning") errors.push(invalid("type", "", `has invalid value: ${type ?? ""}`));
  if (event.firstTimestamp) errors.push(invalid("firstTimestamp", "", "needs to be unset"));
  if (event.lastTimestamp) errors.push(invalid("lastTimestamp", "", "needs to be unset"));
  if (event.count) errors.push(invalid("count", "", "needs to be unset"));
  if (event.source?.component || event.source?.host) errors.push(invalid("source", "", "needs to be unset"));
  return errors;
}

/** The core name of a field, and its name in events.k8s.io. */
const RENAMED = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
] as const;

function toStored(object: EventsEvent): Event {
  const draft = rename(
    object,
    "v1",
    RENAMED.map(([core, other]) => [other, core] as const),
  );
  draft.involvedObject ??= {};
  return draft as unknown as Event;
}

function fromStored(object: Event): KubeObject {
  const served = rename(object, "events.k8s.io/v1", RENAMED);
  for (const field of ["reportingController", "reportingInstance"]) if (served[field] === "") delete served[field];
  return served as unknown as KubeObject;
}

function rename(object: KubeObject, apiVersion: string, names: readonly (readonly [string, string])[]) {
  const copy: Record<string, unknown> = { ...object, apiVersion };
  for (const [from, to] of names) {
    if (!(from in copy)) continue;
    copy[to] = copy[from];
    delete copy[from];
  }
  return copy;
}
