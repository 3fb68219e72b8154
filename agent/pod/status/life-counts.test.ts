import { expect, test } from "vitest";
import type { ContainerStatus, PodStatus } from "../../../api/generated/core.v1.ts";
import { LifeCounts, terminationsBetween } from "./life-counts.ts";

const status = (name: string, state: ContainerStatus["state"]): ContainerStatus => ({
  name,
  image: "i",
  imageID: "i",
  ready: false,
  restartCount: 0,
  ...(state && { state }),
});
const ended = (name: string, exitCode: number) => status(name, { terminated: { exitCode, reason: "Error" } });
const running: PodStatus = { containerStatuses: [status("a", { running: {} })] };

test.each([
  ["the end of a container that ran counts", running, { containerStatuses: [ended("a", 139)] }, 1],
  ["the end of a container never seen running counts", {}, { containerStatuses: [ended("a", 139)] }, 1],
  [
    "an end already counted does not count again",
    { containerStatuses: [ended("a", 139)] },
    { containerStatuses: [ended("a", 139)] },
    0,
  ],
  ["a running container does not count", running, running, 0],
])("%s", (_, before: PodStatus, after: PodStatus, count) => {
  expect(terminationsBetween(before, after).length).toBe(count);
});

test("terminations are counted by container type, exit code and reason", () => {
  const counts = new LifeCounts();
  counts.ended(terminationsBetween(running, { containerStatuses: [ended("a", 139), ended("b", 139)] }));
  counts.ended(terminationsBetween({}, { initContainerStatuses: [ended("c", 1)] }));
  expect(counts.terminations).toEqual([
    { type: "container", exitCode: 139, reason: "Error", count: 2 },
    { type: "init_container", exitCode: 1, reason: "Error", count: 1 },
  ]);
});
