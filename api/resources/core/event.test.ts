import { describe, expect, it } from "vitest";
import type { Event } from "../../generated/core.v1.ts";
import type { Event as EventsEvent } from "../../generated/events.v1.ts";
import type { FieldError } from "../../machinery/field-error.ts";
import { agesAt } from "../../machinery/time/duration.ts";
import type { ResourceDefinition } from "../resource.ts";
import { event as resource } from "./event.ts";

const kind = resource as unknown as ResourceDefinition<Event>;
const other = kind.otherVersions?.[0];

const served: EventsEvent = {
  apiVersion: "events.k8s.io/v1",
  kind: "Event",
  metadata: { name: "e", namespace: "n" },
  eventTime: "2026-01-01T00:00:00.000000Z",
  reportingController: "example.com/c",
  reportingInstance: "i",
  action: "Act",
  reason: "Why",
  regarding: { kind: "Pod", name: "p", namespace: "other" },
  note: "text",
  type: "Normal",
};

describe("an event of events.k8s.io", () => {
  const stored = other?.toStored(structuredClone(served)) as Event;

  it("converts to a core event and back", () => {
    expect(stored).toMatchObject({ apiVersion: "v1", message: "text", reportingComponent: "example.com/c" });
    expect(stored.involvedObject).toEqual(served.regarding);
    expect(other?.fromStored(stored)).toEqual(served);
  });

  const paths = (errors: readonly FieldError[] | undefined) => errors?.map(({ path }) => path);

  it("is validated more strictly than a core event", () => {
    expect(other?.rules?.validateCreate?.(stored)).toEqual([]);
    const wrong = { ...stored, count: 3, reason: "" };
    expect(paths(other?.rules?.validate?.(wrong))).toEqual(["reason"]);
    expect(paths(other?.rules?.validateCreate?.(wrong))).toEqual(["count"]);
    expect(other?.rules?.validateName?.("a/b", "name")).toHaveLength(1);
    expect(paths(kind.validate?.(wrong))).toEqual(["reason"]);
  });

  it("can only change its series", () => {
    const series = { count: 2, lastObservedTime: "2026-01-01T00:01:00.000000Z" };
    expect(other?.rules?.validateUpdate?.({ ...stored, series }, stored)).toEqual([]);
    expect(paths(other?.rules?.validateUpdate?.({ ...stored, reason: "Else" }, stored))).toEqual(["reason", "reason"]);
  });
});

describe("an event of the core API", () => {
  const event = (part: Partial<Event>): Event => ({
    metadata: { name: "e", namespace: "n" },
    involvedObject: { kind: "Pod", name: "p", namespace: "n" },
    ...part,
  });

  it.each([
    [{}, []],
    [{ involvedObject: { namespace: "other" } }, ["involvedObject.namespace"]],
    [
      { eventTime: "2026-01-01T00:00:00.000000Z" },
      ["reportingComponent", "reportingComponent", "reportingComponent", "reportingInstance", "action", "reason"],
    ],
  ])("%j has errors in %j", (part, paths) => {
    expect(kind.validate?.(event(part)).map(({ path }) => path)).toEqual(paths);
  });
});

it("shows when the event was last seen, its object, and its source", () => {
  const event: Event = {
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "p" },
    source: { component: "kubelet", host: "n1" },
    lastTimestamp: "2026-01-01T00:00:00Z",
    count: 3,
  };
  const cells = kind.columns?.map(({ of }) => of(event, agesAt(Date.parse("2026-01-01T00:01:00Z"))));
  expect(cells).toEqual(["60s", "", "", "pod/p", "", "kubelet, n1", "", "<unknown>", 3, "e"]);
});

it.each([
  [{ lastTimestamp: "2026-01-01T00:00:00Z" }, "60s"],
  [{ lastTimestamp: "2026-01-01T00:00:00Z", series: { lastObservedTime: "2026-01-01T00:00:30.000000Z" } }, "30s"],
  [{ lastTimestamp: "2026-01-01T00:00:00Z", series: {} }, "<unknown>"],
])("the age of %j since it was last seen: %s", (times, age) => {
  const column = kind.columns?.find(({ name }) => name === "Last Seen");
  expect(column?.of({ ...times } as unknown as Event, agesAt(Date.parse("2026-01-01T00:01:00Z")))).toBe(age);
});
