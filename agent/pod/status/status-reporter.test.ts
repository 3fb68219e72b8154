import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import type { ApiClient } from "../../../client/api-client.ts";
import { isStarting, StatusReporter } from "./status-reporter.ts";

const container = { name: "c", image: "", imageID: "", ready: false, restartCount: 0, lastState: {} };
const waitingFor = (reason: string): PodStatus => ({
  phase: "Pending",
  containerStatuses: [{ ...container, state: { waiting: { reason } } }],
});
const starting = waitingFor("ContainerCreating");
const running: PodStatus = {
  phase: "Running",
  containerStatuses: [{ ...container, ready: true, state: { running: {} } }],
};

describe("a status that says that a pod is being started", () => {
  it.each([
    ["has nothing that ran", starting, true],
    ["may have init containers", { ...waitingFor("PodInitializing"), initContainerStatuses: [] }, true],
    ["has nothing that went wrong", waitingFor("ImagePullBackOff"), false],
    ["is no running pod's", running, false],
    [
      "is not that of a pod whose first init container runs",
      { ...starting, initContainerStatuses: [{ ...container, state: { running: {} } }] },
      false,
    ],
    [
      "is not that of one that starts again",
      {
        phase: "Pending",
        containerStatuses: [
          {
            ...container,
            state: { waiting: { reason: "ContainerCreating" } },
            lastState: { terminated: { exitCode: 1 } },
          },
        ],
      },
      false,
    ],
  ] satisfies [string, PodStatus, boolean][])("%s", (_, status, expected) => {
    expect(isStarting(status)).toBe(expected);
  });
});

describe("AGENT-STATUS: reports", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function reporter() {
    const pod: Pod = { metadata: { namespace: "n", name: "p", uid: "u" }, spec: { containers: [] }, status: {} };
    const phases: (string | undefined)[] = [];
    const patch = async (_target: unknown, _type: unknown, { status }: { status: PodStatus }) => {
      phases.push(status.phase);
      return { ok: true, object: { ...pod, status } };
    };
    return { phases, reporter: new StatusReporter({ patch } as ApiClient, pod, () => {}) };
  }

  it("say once that a pod runs that has started at once", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    await vi.advanceTimersByTimeAsync(20);
    status.report({ ...starting, podIP: "10.0.0.1" }, { replace: false });
    await vi.advanceTimersByTimeAsync(20);
    status.report(running, { replace: false });
    await status.flushed();
    expect(phases).toEqual(["Running"]);
  });

  it("say soon that a pod is being started that takes its time", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    expect(status.isBusy).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(phases).toEqual(["Pending"]);
    status.report(running, { replace: false });
    await status.flushed();
    expect(phases).toEqual(["Pending", "Running"]);
  });

  it("tell nothing more once they are stopped", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    status.stop();
    await vi.advanceTimersByTimeAsync(200);
    expect(phases).toEqual([]);
  });
});
