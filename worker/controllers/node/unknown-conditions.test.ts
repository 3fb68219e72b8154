import { expect, it } from "vitest";
import { unknownConditions } from "./unknown-conditions.ts";

it("CTL-NODE-UNKNOWN: a silent node's conditions keep their order, and those that it never reported follow", () => {
  const creationTimestamp = "2026-01-01T00:00:00Z";
  const lastHeartbeatTime = "2026-01-02T00:00:00Z";
  const conditions = [
    { type: "DiskPressure", status: "False", lastHeartbeatTime },
    { type: "PIDPressure", status: "Unknown", lastHeartbeatTime },
    { type: "NetworkUnavailable", status: "False", lastHeartbeatTime },
    { type: "Ready", status: "True", lastHeartbeatTime },
  ];
  const node = { metadata: { name: "n", creationTimestamp }, spec: {}, status: { conditions } };
  const found = unknownConditions(node, "2026-01-03T00:00:00Z");
  expect(found.map((each) => `${each.type} ${each.reason} ${each.lastHeartbeatTime}`)).toEqual([
    `DiskPressure NodeStatusUnknown ${lastHeartbeatTime}`,
    `Ready NodeStatusUnknown ${lastHeartbeatTime}`,
    `MemoryPressure NodeStatusNeverUpdated ${creationTimestamp}`,
  ]);
  expect(new Set(found.map(({ lastTransitionTime }) => lastTransitionTime))).toEqual(new Set(["2026-01-03T00:00:00Z"]));
});
