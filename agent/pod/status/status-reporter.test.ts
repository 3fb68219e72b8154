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

describe("a status of a starting pod", () => {
  it.each([
    ["has no container that ran", starting, true],
    ["may have init containers", { ...waitingFor("PodInitializing"), initContainerStatuses: [] }, true],
    ["has no failed container", waitingFor("ImagePullBackOff"), false],
    ["is not that of a running pod", running, false],
    [
      "is not that of a pod whose first init container runs",
      { ...starting, initContainerStatuses: [{ ...container, state: { running: {} } }] },
      false,
    ],
    [
      "is not that of a restarting pod",
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

describe("AGENT-STATUS: status reports", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function reporter() {
    const metadata = { namespace: "n", name: "p", uid: "u", resourceVersion: "1" };
    const pod: Pod = { metadata, spec: { containers: [] }, status: {} };
    const phases: (string | undefined)[] = [];
    const answers: { code: number; message: string }[] = [];
    const refused: string[] = [];
    const patch = async (_target: unknown, _type: unknown, { status }: { status: PodStatus }) => {
      phases.push(status.phase);
      const refusal = answers.shift();
      const fields = Object.fromEntries(Object.entries(status).filter(([key]) => !key.startsWith("$")));
      return refusal === undefined ? { ok: true, object: { ...pod, status: fields } } : { ok: false, status: refusal };
    };
    const forbidden: string[] = [];
    const options = {
      onAccepted: () => {},
      onRefused: (why: string) => refused.push(why),
      onForbidden: (why: string) => forbidden.push(why),
    };
    return { phases, answers, refused, forbidden, reporter: new StatusReporter({ patch } as ApiClient, pod, options) };
  }

  it("skip Pending for a pod that starts at once", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    await vi.advanceTimersByTimeAsync(20);
    status.report({ ...starting, podIP: "10.0.0.1" }, { replace: false });
    await vi.advanceTimersByTimeAsync(20);
    status.report(running, { replace: false });
    await status.flushed();
    expect(phases).toEqual(["Running"]);
  });

  it("include Pending for a pod that takes long to start", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    expect(status.isBusy).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(phases).toEqual(["Pending"]);
    status.report(running, { replace: false });
    await status.flushed();
    expect(phases).toEqual(["Pending", "Running"]);
  });

  it("that come as the last one is being accepted are sent", async () => {
    for (let turns = 0; turns < 20; turns++) {
      const { phases, reporter: status } = reporter();
      status.report(running, { replace: false });
      for (let turn = 0; turn < turns; turn++) await undefined;
      status.report({ ...running, phase: "Failed" }, { replace: false });
      await vi.advanceTimersByTimeAsync(1);
      expect([turns, phases.at(-1)]).toEqual([turns, "Failed"]);
    }
  });

  it("end with the reporter, also if the last one fails then", async () => {
    const { answers, reporter: status } = reporter();
    answers.push({ code: 500, message: "later" });
    status.report(running, { replace: false });
    status.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect([status.isBusy, vi.getTimerCount()]).toEqual([false, 0]);
  });

  it("that are rejected as invalid are logged, and do not block later ones", async () => {
    const { phases, answers, refused, reporter: status } = reporter();
    answers.push({ code: 422, message: "status.x: Invalid value" });
    status.report(running, { replace: false });
    status.report({ ...running, phase: "Failed" }, { replace: false });
    await status.flushed();
    expect(phases).toEqual(["Running", "Failed"]);
    expect(refused).toEqual(["status.x: Invalid value"]);
  });

  it.each([
    [404, "not found"],
    [422, "metadata.uid: Invalid value: field is immutable"],
  ])("for a deleted pod stop silently on %i", async (code, message) => {
    const { phases, answers, refused, reporter: status } = reporter();
    answers.push({ code, message });
    status.report(running, { replace: false });
    await status.flushed();
    expect([phases, refused]).toEqual([["Running"], []]);
  });

  it("that are forbidden are sent until they are accepted, and each reason is logged once", async () => {
    const { phases, answers, forbidden, reporter: status } = reporter();
    const denied = { code: 403, message: "pods is forbidden" };
    answers.push(denied, { code: 500, message: "busy" }, denied, { code: 400, message: "denied by a webhook" });
    status.report(running, { replace: false });
    await vi.advanceTimersByTimeAsync(10_000);
    await status.flushed();
    expect(phases).toHaveLength(5);
    expect(forbidden).toEqual(["pods is forbidden", "denied by a webhook"]);
    answers.push(denied);
    status.report({ ...running, phase: "Failed" }, { replace: false });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(forbidden).toHaveLength(3);
  });

  describe("AGENT-STATUS-RESTORED: what others write", () => {
    const at = (resourceVersion: string, status: PodStatus): Pod => ({
      metadata: { namespace: "n", name: "p", uid: "u", resourceVersion },
      spec: { containers: [] },
      status,
    });
    const others = { ...running, containerStatuses: [{ ...container, ready: true, restartCount: 77 }] };

    it("is noticed in the agent's part of the status, and in no other", async () => {
      const { reporter: status } = reporter();
      expect(status.isOverwritten(at("1", others))).toBe(false);
      status.report(running, { replace: false });
      expect(status.isOverwritten(at("9", others))).toBe(false);
      await status.flushed();
      expect(status.isOverwritten(at("9", others))).toBe(true);
      const gate = { type: "example.com/gate", status: "True" };
      const foreign = { ...running, nominatedNodeName: "other", conditions: [gate] };
      expect(status.isOverwritten(at("9", foreign))).toBe(false);
      expect(status.isOverwritten(at("9", { ...running, conditions: [{ ...gate, type: "Ready" }] }))).toBe(true);
      // What arrives late is older than what the API took.
      expect(status.isOverwritten(at("0", others))).toBe(false);
    });

    it("is replaced at once, then once in 10 s; what is new is not held back by that", async () => {
      const { phases, reporter: status } = reporter();
      for (let times = 0; times < 3; times++) status.report(running, { replace: false });
      await status.flushed();
      status.report(running, { replace: false });
      await vi.advanceTimersByTimeAsync(1);
      expect(phases).toHaveLength(2);
      status.report(running, { replace: false });
      await vi.advanceTimersByTimeAsync(9000);
      expect(phases).toHaveLength(2);
      await vi.advanceTimersByTimeAsync(2000);
      expect(phases).toHaveLength(3);
      status.report(running, { replace: false });
      status.report({ ...running, phase: "Failed" }, { replace: false });
      await vi.advanceTimersByTimeAsync(1);
      expect(phases.slice(3)).toEqual(["Failed"]);
    });
  });

  it("are not sent after the reporter has stopped", async () => {
    const { phases, reporter: status } = reporter();
    status.report(starting, { replace: false });
    status.stop();
    await vi.advanceTimersByTimeAsync(200);
    expect(phases).toEqual([]);
  });
});
