import { describe, expect, it } from "vitest";
import type { ContainerState, ContainerStatus, Pod, PodStatus } from "../../../api/generated/core.v1.ts";
import { terminatedStatus } from "./terminated-status.ts";

const status = (name: string, state: ContainerState, lastState: ContainerState = {}): ContainerStatus => ({
  ...{ name, image: "i", imageID: "", ready: false, restartCount: 0, started: false },
  state,
  lastState,
});
const WAITS = { waiting: { reason: "PodInitializing" } };
const ENDED = { terminated: { exitCode: 0, reason: "Completed" } };
const FAILED = { terminated: { exitCode: 1, reason: "Error" } };
const LOST = expect.objectContaining({ exitCode: 137, reason: "ContainerStatusUnknown" });

const podOf = (init: readonly string[], annotations = {}): Pod => ({
  metadata: { name: "p", annotations },
  spec: { containers: [{ name: "c" }], ...(init.length > 0 && { initContainers: init.map((name) => ({ name })) }) },
  status: {},
});
const reasonsOf = (statuses: readonly ContainerStatus[] = []) =>
  statuses.map(({ state }) => state?.terminated?.reason ?? state?.waiting?.reason);

describe("AGENT-STATUS-END: a pod that will never run again", () => {
  it("fails if it was Pending, with containers of unknown status", () => {
    const before: PodStatus = {
      phase: "Pending",
      containerStatuses: [status("c", { waiting: { reason: "ErrImagePull" } })],
    };
    const after = terminatedStatus(podOf([]), before);
    expect([after.phase, after.containerStatuses?.[0]?.state]).toEqual(["Failed", { terminated: LOST }]);
  });

  it("keeps a terminal phase and terminated containers", () => {
    const before: PodStatus = { phase: "Succeeded", containerStatuses: [status("c", ENDED)] };
    expect(terminatedStatus(podOf([]), before)).toEqual(before);
  });

  it.each([
    [
      "none has started: the first counts as started",
      [WAITS, WAITS],
      ["ContainerStatusUnknown", "PodInitializing"],
      "PodInitializing",
    ],
    ["the first failed", [FAILED, WAITS], ["Error", "PodInitializing"], "PodInitializing"],
    ["a later one has started", [WAITS, FAILED], ["ContainerStatusUnknown", "Error"], "PodInitializing"],
    ["all have completed", [ENDED, ENDED], ["Completed", "Completed"], "ContainerStatusUnknown"],
  ])("does not fail containers that were never due: %s", (_, states, init, main) => {
    const before: PodStatus = {
      phase: "Pending",
      initContainerStatuses: states.map((state, i) => status(i === 0 ? "a" : "b", state)),
      containerStatuses: [status("c", WAITS)],
    };
    const after = terminatedStatus({ ...podOf(["a", "b"]), status: before }, before);
    expect([reasonsOf(after.initContainerStatuses), reasonsOf(after.containerStatuses)]).toEqual([init, [main]]);
  });

  it("does not fail containers that became due only after the pod was to end", () => {
    const deleted: PodStatus = { phase: "Pending", initContainerStatuses: [status("a", { running: {} })] };
    const before: PodStatus = {
      phase: "Pending",
      initContainerStatuses: [status("a", ENDED)],
      containerStatuses: [status("c", WAITS)],
    };
    const after = terminatedStatus({ ...podOf(["a"]), status: deleted }, before);
    expect([after.phase, ...reasonsOf(after.containerStatuses)]).toEqual(["Failed", "PodInitializing"]);
  });

  it("is unchanged if static", () => {
    const { metadata, ...pod } = podOf([], { "kubernetes.io/config.source": "file" });
    const uid = "9e107d9d372bb6826bd81d3542a419d6";
    expect(terminatedStatus({ ...pod, metadata: { ...metadata, uid } }, { phase: "Running" }).phase).toBe("Running");
  });
});
