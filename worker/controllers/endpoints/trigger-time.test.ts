import { describe, expect, it } from "vitest";
import type { Pod, Service } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type PublishedPods, triggerTime } from "./trigger-time.ts";

const MADE = "2026-01-01T00:00:00Z";
const OLD = "2024-01-01T00:00:10Z";
const at = (seconds: number) => Date.parse(MADE) + seconds * 1000;
const stored = { namespace: "ns", resourceVersion: "1", creationTimestamp: MADE };
const service: Stored<Service> = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { ...stored, name: "s", uid: "s" },
  spec: {},
  status: {},
};

const pod = (status: string, lastTransitionTime: string): Stored<Pod> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { ...stored, name: "p", uid: "p" },
  spec: { containers: [] },
  status: { podIP: "10.0.0.1", conditions: [{ type: "Ready", status, lastTransitionTime }] },
});
const listed = (isReady: boolean, published?: string) => ({
  pods: new Map([["p", isReady]]) satisfies PublishedPods,
  annotations: published === undefined ? undefined : { "endpoints.kubernetes.io/last-change-trigger-time": published },
});

describe("CTL-EP-TRIGGER: the time that endpoints carry", () => {
  it("is the service's creation for the first ones, not for those that are recreated after a manual deletion", () => {
    expect(triggerTime(service, [], { shown: undefined, now: at(1) })).toBe(MADE);
    expect(triggerTime(service, [], { shown: undefined, now: at(2), lastActed: at(1) })).toBeUndefined();
    expect(triggerTime(service, [], { shown: undefined, now: at(60) })).toBeUndefined();
    // Those of an earlier service of this name were deleted then.
    expect(triggerTime(service, [], { shown: undefined, now: at(1), lastActed: at(-5) })).toBe(MADE);
  });

  it.each([
    ["later than the published one", OLD, "2024-01-01T00:00:20Z", "2024-01-01T00:00:20Z"],
    ["that was published", OLD, OLD, undefined],
    ["of just now", undefined, MADE, MADE],
    ["that must have been seen, although it is published no more", undefined, OLD, undefined],
  ])("follows a pod that ceased to be ready at a time %s", (_, published, time, trigger) => {
    const shown = listed(true, published);
    expect(triggerTime(service, [pod("False", time)], { shown, now: at(1) })).toBe(trigger);
    expect(triggerTime(service, [pod("True", time)], { shown, now: at(1) })).toBeUndefined();
  });
});
