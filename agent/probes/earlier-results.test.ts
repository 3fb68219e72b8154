import { expect, it } from "vitest";
import type { ContainerStatus, PodStatus } from "../../api/generated/core.v1.ts";
import { earlierResults } from "./earlier-results.ts";

const status = (ready: string, own: Partial<ContainerStatus>): PodStatus => ({
  conditions: [{ type: "Ready", status: ready }],
  containerStatuses: [
    { name: "c", containerID: "r://1", image: "", imageID: "", ready: true, restartCount: 0, started: true, ...own },
  ],
});

it.each([
  [
    "a ready container of a ready pod has started and is ready",
    "True",
    {},
    { startup: "success", readiness: "success" },
  ],
  ["a container that is not ready has started", "True", { ready: false }, { startup: "success" }],
  ["a container of a pod that is not ready has started", "False", {}, { startup: "success" }],
  ["of one that has not started nothing is known", "True", { started: false }, {}],
  ["of the container before nothing is known", "True", { containerID: "r://0" }, {}],
])("AGENT-PROBE-RESTART: %s", (_, ready, own, expected) =>
  expect(earlierResults(status(ready, own), "r://1")).toEqual(expected),
);
