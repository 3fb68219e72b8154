import { describe, expect, it } from "vitest";
import { podKind, podOf } from "../../../../test/fakes/objects/pod-draft.ts";
import type { ContainerStatus, Pod } from "../../../generated/core.v1.ts";
import { agesAt } from "../../../machinery/time/duration.ts";

const NOW = Date.parse("2026-01-01T01:00:00Z");

const cell = (pod: Pod, name: string) => podKind.columns?.find((column) => column.name === name)?.of(pod, agesAt(NOW));
const waiting = (reason: string): ContainerStatus => status({ state: { waiting: { reason } } });
const status = (part: Partial<ContainerStatus>): ContainerStatus => ({
  name: "c",
  ready: false,
  restartCount: 0,
  image: "",
  imageID: "",
  ...part,
});

describe("the columns", () => {
  it.each<[string, Parameters<typeof podOf>[0]]>([
    ["Pending", { status: { phase: "Pending" } }],
    ["CrashLoopBackOff", { status: { phase: "Running", containerStatuses: [waiting("CrashLoopBackOff")] } }],
    ["Evicted", { status: { phase: "Failed", reason: "Evicted" } }],
    [
      "Signal:9",
      {
        status: {
          phase: "Failed",
          containerStatuses: [status({ state: { terminated: { exitCode: 137, signal: 9 } } })],
        },
      },
    ],
    [
      "Terminating",
      { metadata: { name: "p", deletionTimestamp: "2026-01-01T00:00:00Z" }, status: { phase: "Running" } },
    ],
    [
      "Init:0/1",
      {
        spec: { initContainers: [{ name: "i", image: "i" }] },
        status: { initContainerStatuses: [status({ name: "i" })] },
      },
    ],
    [
      "Init:ErrImagePull",
      {
        spec: { initContainers: [{ name: "c", image: "i" }] },
        status: { initContainerStatuses: [waiting("ErrImagePull")] },
      },
    ],
  ])("show %s", (reason, part) => expect(cell(podOf(part), "Status")).toBe(reason));

  const ended = (reason: string, exitCode: number) => status({ state: { terminated: { reason, exitCode } } });
  const runs = status({ state: { running: {} }, ready: true });
  it.each([
    ["Error", [ended("Completed", 0), ended("Error", 1)], "False"],
    ["Completed", [ended("Completed", 0), ended("Completed", 0)], "False"],
    ["Error", [ended("Completed", 0), ended("Error", 1), runs], "False"],
    ["Running", [ended("Completed", 0), ended("Error", 1), runs], "True"],
    ["NotReady", [ended("Completed", 0), runs], "False"],
  ])("show %s of containers of which the first is done", (reason, containerStatuses, ready) => {
    const conditions = [{ type: "Ready", status: ready }];
    expect(cell(podOf({ status: { phase: "Running", conditions, containerStatuses } }), "Status")).toBe(reason);
  });

  it("count restarts of sidecars until the pending container, even if all were initialized once", () => {
    const sidecar = (name: string) => ({ name, image: "i", restartPolicy: "Always" });
    const pod = podOf({
      spec: { initContainers: [sidecar("a"), sidecar("b"), sidecar("c")] },
      status: {
        phase: "Running",
        conditions: [{ type: "Initialized", status: "True" }],
        initContainerStatuses: [
          status({ name: "a", started: true, restartCount: 1 }),
          status({ name: "b", restartCount: 2 }),
          status({ name: "c", restartCount: 4 }),
        ],
        containerStatuses: [status({ restartCount: 8 })],
      },
    });
    expect(cell(pod, "Restarts")).toBe("11");
  });

  it("count ready containers, including sidecars, and show the last restart", () => {
    const ended = { terminated: { exitCode: 1, finishedAt: "2026-01-01T00:55:00Z" } };
    const running = { state: { running: {} }, ready: true };
    const pod = podOf({
      spec: { initContainers: [{ name: "s", image: "i", restartPolicy: "Always" }] },
      status: {
        phase: "Running",
        initContainerStatuses: [status({ ...running, name: "s", started: true })],
        containerStatuses: [status({ ...running, restartCount: 2, lastState: ended })],
      },
    });
    expect([cell(pod, "Ready"), cell(pod, "Restarts"), cell(pod, "Age")]).toEqual(["2/2", "2 (5m ago)", "60m"]);
  });
});
