import { describe, expect, it } from "vitest";
import type { Event } from "../../generated/core.v1.ts";
import type { Event as EventsEvent } from "../../generated/events.v1.ts";
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

  it("is a core event by other names, and back", () => {
    expect(stored).toMatchObject({ apiVersion: "v1", message: "text", reportingComponent: "example.com/c" });
    expect(stored.involvedObject).toEqual(served.regarding);
    expect(other?.fromStored(stored)).toEqual(served);
  });

  it("has rules of its own, and not the core's about namespaces", () => {
    expect(other?.validate?.(stored)).toEqual([]);
    expect(kind.validate?.(stored)).toMatchObject([{ path: "involvedObject.namespace" }]);
    expect(other?.validate?.({ ...stored, count: 3, reason: "" }).map(({ path }) => path)).toEqual(["reason", "count"]);
  });
});

it("shows when it was last seen, about what, and from where", () => {
  const event: Event = {
    metadata: { name: "e" },
    involvedObject: { kind: "Pod", name: "p" },
    source: { component: "kubelet", host: "n1" },
    lastTimestamp: "2026-01-01T00:00:00Z",
    count: 3,
  };
  const cells = kind.columns?.map(({ of }) => of(event, Date.parse("2026-01-01T00:01:00Z")));
  expect(cells).toEqual(["60s", "", "", "pod/p", "", "kubelet, n1", "", "<unknown>", 3, "e"]);
});
