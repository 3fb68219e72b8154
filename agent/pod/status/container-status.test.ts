import { describe, expect, it } from "vitest";
import type { ContainerStatus } from "../../../api/generated/core.v1.ts";
import {
  type StatusCase as Case,
  exited,
  mainStatus,
  observed,
  time,
} from "../../../test/fakes/node/observed-container.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import { containerStatuses, LOST } from "./container-status.ts";

const ended = { exitCode: 1, reason: "Error", startedAt: time(1), finishedAt: time(2), containerID: "fake://1" };
const backOff = { waiting: new Map([["c", { reason: "CrashLoopBackOff", message: "later" }]]) };
const shown = { waiting: { reason: "CrashLoopBackOff", message: "later" } };

describe("the state of a container", () => {
  it.each<[string, Case, Partial<ContainerStatus>]>([
    ["that is not created yet is waiting", {}, { state: { waiting: { reason: "ContainerCreating" } }, lastState: {} }],
    [
      "that is not created yet waits for init containers, if any",
      { spec: { initContainers: [{ name: "i" }] } },
      { state: { waiting: { reason: "PodInitializing" } } },
    ],
    [
      "that is not created yet has the reason, with or without a message",
      { local: { waiting: new Map([["c", { reason: "ImagePullBackOff", message: "" }]]) } },
      { state: { waiting: { reason: "ImagePullBackOff" } } },
    ],
    ["that is created has no reason", { containers: [observed({ state: "created" })] }, { state: { waiting: {} } }],
    [
      "that is created has the reason why it could not start",
      { containers: [observed({ state: "created" })], local: backOff },
      { state: shown },
    ],
    ["that runs", { containers: [observed()] }, { state: { running: { startedAt: time(1) } } }],
    [
      "that runs ignores a waiting reason",
      { containers: [observed()], local: backOff },
      { state: { running: { startedAt: time(1) } } },
    ],
    ["that failed", { containers: [exited(1)] }, { state: { terminated: ended }, lastState: {} }],
    [
      "that completed",
      { containers: [exited(0)] },
      { state: { terminated: { ...ended, exitCode: 0, reason: "Completed" } } },
    ],
    [
      "that has a reason from the runtime",
      { containers: [exited(137, { reason: "OOMKilled", message: "too much" })] },
      { state: { terminated: { ...ended, exitCode: 137, reason: "OOMKilled", message: "too much" } } },
    ],
    [
      "that backs off has the exit as its last state",
      { containers: [exited(1)], local: backOff },
      { state: shown, lastState: { terminated: ended } },
    ],
    [
      "that backs off in a terminating pod is terminated",
      { containers: [exited(1)], local: backOff, deleted: true },
      { state: { terminated: ended }, lastState: {} },
    ],
    [
      "that is not restarted stays terminated",
      { containers: [exited(1)], local: backOff, spec: { restartPolicy: "Never" } },
      { state: { terminated: ended } },
    ],
    [
      "that runs again has the exit as its last state",
      { containers: [observed({ id: "fake://2", restarts: 1 }), exited(1)] },
      { state: { running: { startedAt: time(1) } }, lastState: { terminated: ended }, restartCount: 1 },
    ],
    [
      "that runs again after its predecessor is gone",
      { containers: [observed({ restarts: 1 })], before: { lastState: { terminated: ended } } },
      { lastState: { terminated: ended }, restartCount: 1 },
    ],
    [
      "that runs beside one unknown to the runtime",
      { containers: [observed({ restarts: 1 }), observed({ state: "unknown" })] },
      { state: { running: { startedAt: time(1) } }, lastState: {} },
    ],
    [
      "that ran and is now unknown to the runtime",
      { containers: [observed({ state: "unknown" })], before: { state: { running: {} } } },
      { state: { running: {} } },
    ],
    [
      "that never ran and is unknown to the runtime",
      { containers: [observed({ state: "unknown" })], before: { state: { waiting: {} } } },
      { state: { waiting: {} } },
    ],
    [
      "that ran and is gone is waiting to be created again",
      { before: { state: { running: {} }, restartCount: 2 } },
      { state: { waiting: { reason: "ContainerCreating" } }, lastState: { terminated: LOST }, restartCount: 3 },
    ],
    [
      "that ran again and is gone keeps its last state",
      { before: { state: { running: {} }, lastState: { terminated: ended }, restartCount: 2 } },
      { state: { waiting: { reason: "ContainerCreating" } }, lastState: { terminated: ended }, restartCount: 2 },
    ],
    [
      "that had terminated and is gone stays as it was",
      { before: { state: { terminated: ended }, restartCount: 2 }, local: backOff },
      { state: { terminated: ended }, lastState: {}, restartCount: 2 },
    ],
  ])("%s", (_, input, expected) => {
    expect(mainStatus(input)).toMatchObject(expected);
    for (const key of ["state", "lastState"] as const)
      if (expected[key] !== undefined) expect(mainStatus(input)[key]).toEqual(expected[key]);
  });
});

describe("a container restarted by RestartAllContainers", () => {
  const removed = { exitCode: 137, reason: "RestartingAllContainers", message: expect.any(String) };
  const local = { restartedAll: new Map([["c", 3]]) };

  it("keeps its restart count until it is removed", () => {
    expect(mainStatus({ containers: [exited(1, { restarts: 2 })], local })).toMatchObject({ restartCount: 2 });
  });

  it("waits for its turn once removed, with one more restart", () => {
    expect(mainStatus({ before: { state: { running: {} }, restartCount: 2 }, local })).toMatchObject({
      state: { waiting: { reason: "RestartingAllContainers", message: removed.message } },
      lastState: { terminated: removed },
      restartCount: 3,
    });
  });

  it("has RestartingAllContainers as its last state, unless it has since ended by itself", () => {
    const again = observed({ restarts: 3 });
    expect(mainStatus({ containers: [again], local })).toMatchObject({
      lastState: { terminated: removed },
      restartCount: 3,
    });
    const later = { containers: [observed({ restarts: 4 })], local, before: { lastState: { terminated: ended } } };
    expect(mainStatus(later)).toMatchObject({ lastState: { terminated: ended }, restartCount: 4 });
    expect(mainStatus({ containers: [again], before: { lastState: { terminated: ended } } }).lastState).toEqual({
      terminated: ended,
    });
  });
});

describe("AGENT-STATUS-INIT: an init container of which neither the runtime nor the status knows anything", () => {
  const initOf = (containers: Case["containers"] = [], restartPolicy?: string) => {
    const init = { name: "i", ...(restartPolicy === undefined ? {} : { restartPolicy }) };
    const pod = { metadata: { name: "p" }, spec: { initContainers: [init], containers: [{ name: "c" }] }, status: {} };
    return containerStatuses({ pod, observation: { sandboxes: [], containers }, local: settledLocal() }).init[0];
  };

  it("has completed if a main container has been created", () => {
    const terminated = { exitCode: 0, reason: "Completed", message: expect.stringMatching(/^Unable to get/) };
    expect(initOf([observed()])).toMatchObject({ state: { terminated }, ready: true });
    expect(initOf([exited(1)])).toMatchObject({ state: { terminated } });
  });

  it("is yet to run if none has, or if it is a sidecar", () => {
    const waiting = { reason: "PodInitializing" };
    expect(initOf()).toMatchObject({ state: { waiting }, ready: false });
    expect(initOf([observed({ name: "other" })])).toMatchObject({ state: { waiting } });
    expect(initOf([observed()], "Always")).toMatchObject({ state: { waiting } });
  });
});
