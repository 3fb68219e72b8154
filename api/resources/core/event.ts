import type { Event } from "../../generated/core.v1.ts";
import type { Event as EventsEvent } from "../../generated/events.v1.ts";
import { type KubeObject, kubeObject } from "../../machinery/meta.ts";
import { nameIsPathSegment, nameIsSubdomain } from "../../machinery/names.ts";
import { ageOf } from "../../machinery/time/duration.ts";
import { type Column, defineResource } from "../resource.ts";
import { validateChangedEvent, validateCoreEvent, validateEventsEvent, validateNewEvent } from "./event-validation.ts";

const columns: readonly Column<Event>[] = [
  {
    name: "Last Seen",
    type: "string",
    description: { field: "core.v1.Event.lastTimestamp" },
    of: (event, age) =>
      ageOf(event.series ? event.series.lastObservedTime : (event.lastTimestamp ?? firstSeen(event)), age),
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
    of: (event, age) => ageOf(firstSeen(event), age),
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
  updateChecks: ["whole", "changes"],
  defaultPropagation: "Unsupported",
  shortNames: ["ev"],
  allowCreateOnUpdate: true,
  // Recorders derive names from the object, and the core API has never validated them.
  validateName: nameIsPathSegment,
  anyFinalizer: true,
  defaults: (draft) => {
    draft.source ??= {};
    draft.reportingComponent ??= "";
    draft.reportingInstance ??= "";
  },
  validate: validateCoreEvent,
  otherVersions: [
    {
      group: "events.k8s.io",
      version: "v1",
      toStored: (object) => toStored(object as EventsEvent),
      fromStored,
      rules: {
        validateName: nameIsSubdomain,
        anyFinalizer: false,
        updateChecks: ["whole", "metaChanges", "changes"],
        validate: validateEventsEvent,
        validateCreate: validateNewEvent,
        validateUpdate: validateChangedEvent,
      },
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
  return kubeObject(served);
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
