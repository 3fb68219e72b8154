/** pkg/apis/core/validation: events, which the core API validates less strictly than events.k8s.io. */
import type { Event } from "../../generated/core.v1.ts";
import { utf8Length } from "../../machinery/encoding/utf8.ts";
import { checkImmutable, sameValue } from "../../machinery/field-checks.ts";
import { type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { qualifiedName } from "../../machinery/names.ts";
import { FIELD_IMMUTABLE } from "../../machinery/object-meta-validation.ts";
import { goStruct } from "../../schema/go-struct.ts";

/** An event with an eventTime is of the newer form, and both APIs validate it accordingly. */
export const validateCoreEvent = (event: Event): FieldError[] => validateForm(event, "reportingComponent");

export const validateEventsEvent = (event: Event): FieldError[] => validateForm(event, "reportingController");

/** Rules for creates of events.k8s.io. */
export function validateNewEvent(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  checkSeries(errors, event);
  if (!event.eventTime) errors.push(required("eventTime"));
  const { type = "", firstTimestamp, lastTimestamp, count, source } = event;
  if (type !== "Normal" && type !== "Warning") errors.push(invalid("type", "", `has invalid value: ${type}`));
  for (const [field, value] of Object.entries({ firstTimestamp, lastTimestamp, count }))
    if (value) errors.push(invalid(field, "", UNSET));
  if (source?.component || source?.host) errors.push(invalid("source", "", UNSET));
  return errors;
}

const UNSET = "needs to be unset";

/** Once recorded, only the count of an event changes. Kubernetes validates the reason twice. */
const IMMUTABLE = [
  "involvedObject",
  "reason",
  "message",
  "source",
  "firstTimestamp",
  "lastTimestamp",
  "count",
  "reason",
  "type",
  "eventTime",
  "action",
  "related",
] as const;

export function validateChangedEvent(next: Event, old: Event): FieldError[] {
  const errors: FieldError[] = [];
  if (!sameValue(next.series, old.series)) checkSeries(errors, next);
  for (const field of IMMUTABLE)
    if (!sameValue(next[field], old[field])) errors.push(invalid(field, printed(field, next[field]), FIELD_IMMUTABLE));
  checkImmutable(errors, "reportingController", next.reportingComponent, old.reportingComponent);
  checkImmutable(errors, "reportingInstance", next.reportingInstance, old.reportingInstance);
  return errors;
}

const STRUCTS: Readonly<Record<string, string>> = {
  involvedObject: "core.v1.ObjectReference",
  related: "core.v1.ObjectReference",
  source: "core.v1.EventSource",
};
const TEXTS: readonly string[] = ["reason", "message", "type", "action"];

/** Kubernetes prints its internal types here. */
function printed(field: (typeof IMMUTABLE)[number], value: unknown): unknown {
  const struct = STRUCTS[field];
  if (struct) return goStruct(struct, value ?? (field === "related" ? null : {}));
  return value ?? (TEXTS.includes(field) ? "" : null);
}

/** The presence of its eventTime determines the form. */
function validateForm(event: Event, controllerField: string): FieldError[] {
  return event.eventTime ? validateNewerForm(event, controllerField) : validateOlderForm(event);
}

const noMatch = (namespace: string): FieldError =>
  invalid("involvedObject.namespace", namespace, "does not match event.namespace");

/** It is in its object's namespace; one about a cluster-scoped object is in `default`. */
function validateOlderForm({ metadata, involvedObject = {} }: Event): FieldError[] {
  const { namespace = "" } = involvedObject;
  const fits = namespace === "" ? ["", "default"].includes(metadata.namespace ?? "") : namespace === metadata.namespace;
  return fits ? [] : [noMatch(namespace)];
}

const MAX_REPORTER = 128;
const LIMITS = [
  ["action", 128],
  ["reason", 128],
  ["message", 1024],
] as const;

function validateNewerForm(event: Event, controllerField: string): FieldError[] {
  const errors: FieldError[] = [];
  const { metadata, involvedObject = {}, reportingComponent = "", reportingInstance = "" } = event;
  if (!involvedObject.namespace && metadata.namespace !== "default" && metadata.namespace !== "kube-system")
    errors.push(noMatch(""));
  if (!reportingComponent) errors.push(required(controllerField));
  for (const problem of qualifiedName(reportingComponent))
    errors.push(invalid(controllerField, reportingComponent, problem));
  if (!reportingInstance) errors.push(required("reportingInstance"));
  if (utf8Length(reportingInstance) > MAX_REPORTER)
    errors.push(invalid("reportingInstance", "", `can have at most ${MAX_REPORTER} characters`));
  for (const [field, most] of LIMITS) {
    const text = event[field] ?? "";
    if (!text && field !== "message") errors.push(required(field));
    if (utf8Length(text) > most) errors.push(invalid(field, "", `can have at most ${most} characters`));
  }
  return errors;
}

function checkSeries(errors: FieldError[], { series }: Event): void {
  if (!series) return;
  if ((series.count ?? 0) < 2) errors.push(invalid("series.count", "", "should be at least 2"));
  if (!series.lastObservedTime) errors.push(required("series.lastObservedTime"));
}
