import { describe, expect, it } from "vitest";
import type { ContainerStatus, Pod, PodStatus } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { podSummaryOf } from "./pod-summary.ts";

const pod = (status: PodStatus, metadata: object = {}): Stored<Pod> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    uid: "u",
    name: "web",
    namespace: "shop",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    ...metadata,
  },
  spec: {
    initContainers: [{ name: "first" }, { name: "second" }],
    containers: [{ name: "c", resources: { requests: { cpu: "500m", memory: "1Gi" } } }],
  },
  status,
});
const container = (state: ContainerStatus["state"], further: object = {}) =>
  ({ name: "c", ready: false, restartCount: 0, image: "i", imageID: "", state, ...further }) as ContainerStatus;

describe("the summary of a pod", () => {
  it.each<[string, PodStatus, { state: string; why: string }]>([
    ["that runs", { phase: "Running", containerStatuses: [container({ running: {} })] }, { state: "Running", why: "" }],
    [
      "whose container cannot be created",
      {
        phase: "Pending",
        containerStatuses: [container({ waiting: { reason: "ErrImagePull", message: "no such image" } })],
      },
      { state: "ErrImagePull", why: "no such image" },
    ],
    [
      "whose container crashes repeatedly: the exit, not the back-off",
      {
        phase: "Running",
        containerStatuses: [
          container(
            { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
            { lastState: { terminated: { exitCode: 3, message: "no config\n" } } },
          ),
        ],
      },
      { state: "CrashLoopBackOff", why: "c ended with exit code 3: no config" },
    ],
    [
      "that failed",
      { phase: "Failed", containerStatuses: [container({ terminated: { exitCode: 1, reason: "Error" } })] },
      { state: "Error", why: "c ended with exit code 1." },
    ],
    [
      "whose init container failed, ahead of containers that wait for it",
      {
        phase: "Pending",
        initContainerStatuses: [container({ terminated: { exitCode: 2 } }, { name: "first" })],
        containerStatuses: [container({ waiting: { reason: "PodInitializing" } })],
      },
      { state: "Init:ExitCode:2", why: "first ended with exit code 2." },
    ],
    [
      "that waits for an init container",
      { phase: "Pending", initContainerStatuses: [container({ running: {} }, { name: "first" })] },
      { state: "Init:0/2", why: "" },
    ],
    [
      "that was evicted",
      { phase: "Failed", reason: "Evicted", message: "The node was low on memory." },
      { state: "Evicted", why: "The node was low on memory." },
    ],
  ])("%s", (_, status, messages) => expect(podSummaryOf(pod(status))).toMatchObject(messages));

  it("which is being deleted, is Terminating whatever else it is", () => {
    const status = { phase: "Running", containerStatuses: [container({ terminated: { exitCode: 137 } })] };
    expect(podSummaryOf(pod(status, { deletionTimestamp: "2026-01-01T00:00:01Z" }))).toMatchObject({
      state: "Terminating",
      why: "",
      cpu: 0.5,
      memory: 2 ** 30,
    });
  });

  it("has the requests that the scheduler counts: with sidecars, overhead, or of the pod as a whole", () => {
    const requesting = (cpu: string, further: object = {}) => ({
      name: cpu,
      resources: { requests: { cpu } },
      ...further,
    });
    const of = (spec: object) => {
      const { cpu, memory } = podSummaryOf({ ...pod({}), spec } as Stored<Pod>);
      return [cpu, memory];
    };
    const initContainers = [requesting("250m", { restartPolicy: "Always" }), requesting("2")];
    const containers = [requesting("500m")];
    expect(of({ containers, initContainers: initContainers.slice(0, 1) })).toEqual([0.75, 0]);
    expect(of({ containers, initContainers, overhead: { memory: "1Ki" } })).toEqual([2.25, 1024]);
    expect(of({ containers, resources: { requests: { cpu: "3" } } })).toEqual([3, 0]);
  });
});
