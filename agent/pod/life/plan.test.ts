import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import {
  container,
  exited,
  init,
  NOW,
  plannedFor,
  sandbox,
  sidecar,
} from "../../../test/fakes/node/planned-actions.ts";
import { podOf } from "../../../test/fakes/node/pod-of.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import { IMAGE, RESTART_COUNT } from "../../runtime/labels.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import { planPod } from "./plan.ts";

const RULES = [{ action: "Restart", exitCodes: { operator: "In", values: [137] } }];

describe("the plan of a pod", () => {
  it("starts with creating a sandbox", () => {
    const { actions } = planPod({
      pod: podOf({}),
      observation: { sandboxes: [], containers: [] },
      local: settledLocal(),
      now: NOW,
    });
    expect(actions).toEqual([{ do: "create-sandbox", attempt: 0 }]);
  });

  it("fails a pod whose sandbox died during initialization, if it must not restart", () => {
    const observation = { sandboxes: [{ ...sandbox, ready: false }], containers: [exited("i", 137)] };
    const planned = (restartPolicy: string) =>
      planPod({
        pod: podOf({ initContainers: [{ name: "i" }], restartPolicy }),
        observation,
        local: settledLocal(),
        now: NOW,
      }).actions.map((action) => action.do);
    expect([planned("Never"), planned("OnFailure")]).toEqual([["end-pod"], ["stop-sandbox", "create-sandbox"]]);
  });

  it("replaces a dead sandbox", () => {
    const observation = { sandboxes: [{ ...sandbox, ready: false }], containers: [exited("c", 1)] };
    const { actions } = planPod({ pod: podOf({}), observation, local: settledLocal(), now: NOW });
    expect(actions.map((action) => action.do)).toEqual(["stop-sandbox", "create-sandbox"]);
  });

  it("stops containers in a dead sandbox before deciding what to restart", () => {
    const dead = { ...sandbox, ready: false };
    const planned = (newest: ContainerObservation) => {
      const observation = { sandboxes: [dead], containers: [newest] };
      const pod = podOf({ restartPolicy: "Never" });
      return planPod({ pod, observation, local: settledLocal(), now: NOW }).actions.map((action) => action.do);
    };
    expect(planned(container("c"))).toEqual(["stop-sandbox"]);
    expect(planned(exited("c", 143))).toEqual(["end-pod"]);
  });

  it.each<[string, Pod, ContainerObservation[], string[]]>([
    ["starts every container", podOf({ containers: init("a", "b") }), [], ["start a#0", "start b#0"]],
    ["leaves running containers alone", podOf({}), [container("c")], []],
    ["restarts a container under Always", podOf({ restartPolicy: "Always" }), [exited("c", 0)], ["start c#1"]],
    ["ends after success under OnFailure", podOf({ restartPolicy: "OnFailure" }), [exited("c", 0)], ["end-pod"]],
    ["restarts after failure under OnFailure", podOf({ restartPolicy: "OnFailure" }), [exited("c", 1)], ["start c#1"]],
    ["ends under Never", podOf({ restartPolicy: "Never" }), [exited("c", 1)], ["end-pod"]],
    ["starts the first init container only", podOf({ initContainers: init("i1", "i2") }), [], ["start i1#0"]],
    [
      "starts the next init container after the previous one",
      podOf({ initContainers: init("i1", "i2") }),
      [exited("i1", 0)],
      ["start i2#0"],
    ],
    ["waits for an init container", podOf({ initContainers: init("i1", "i2") }), [container("i1")], []],
    [
      "starts the containers after the last init container",
      podOf({ initContainers: init("i1") }),
      [exited("i1", 0)],
      ["start c#0"],
    ],
    [
      "ends if an init container fails under Never",
      podOf({ restartPolicy: "Never", initContainers: init("i1") }),
      [exited("i1", 3)],
      ["end-pod"],
    ],
    [
      "continues while a sidecar runs",
      podOf({ initContainers: [sidecar("s"), { name: "i" }] }),
      [container("s")],
      ["start i#0"],
    ],
    [
      "ends when only sidecars are left",
      podOf({ restartPolicy: "Never", initContainers: [sidecar("s")] }),
      [container("s"), exited("c", 0)],
      ["end-pod"],
    ],
    [
      "restarts a sidecar while containers run",
      podOf({ restartPolicy: "Never", initContainers: [sidecar("s")] }),
      [exited("s", 1), container("c")],
      ["start s#1"],
    ],
    [
      "applies a container's restart rule before the pod's policy",
      podOf({
        restartPolicy: "Never",
        containers: [
          {
            name: "c",
            restartPolicy: "Never",
            restartPolicyRules: [{ action: "Restart", exitCodes: { operator: "In", values: [42] } }],
          },
        ],
      }),
      [exited("c", 42)],
      ["start c#1"],
    ],
    [
      "starts a new ephemeral container, but never restarts one",
      podOf({ ephemeralContainers: [{ name: "e" }, { name: "f" }] }),
      [container("c"), exited("f", 1)],
      ["start e#0"],
    ],
  ])("%s", (_, pod, containers, expected) => {
    expect(plannedFor(pod, containers)).toEqual(expected);
  });

  it("backs off after the second exit, and says when to look again", () => {
    const backOff = new Map([["c", { durationMs: 20_000, lastFailure: NOW - 5000 }]]);
    const observation = { sandboxes: [sandbox], containers: [exited("c", 1, NOW - 1000)] };
    const plan = planPod({ pod: podOf({}), observation, local: settledLocal({ backOff }), now: NOW });
    expect(plan.wakeAt).toBe(NOW + 19_000);
    expect(plan.actions).toMatchObject([
      { do: "back-off", message: "back-off 20s restarting failed container=c pod=p_default(u)" },
    ]);
  });

  describe("AGENT-IMAGE: restarts a running container whose image in the spec changed", () => {
    const annotations = { [RESTART_COUNT]: "2", [IMAGE]: "web:1" };
    const update = (image: string) => podOf({ restartPolicy: "Never", containers: [{ name: "c", image }] });

    it("whatever the restart policy, without back-off", () => {
      const backOff = new Map([["c", { durationMs: 20_000, lastFailure: NOW }]]);
      expect(plannedFor(update("web:2"), [container("c", { annotations })], { backOff })).toEqual([
        "kill c: Container c definition changed, will be restarted",
        "start c#3",
      ]);
    });

    it("also if it is a sidecar", () => {
      const pod = podOf({ initContainers: [{ ...sidecar("s"), image: "web:2" }] });
      expect(plannedFor(pod, [container("s", { annotations }), container("c")])).toEqual([
        "kill s: Init container s definition changed",
        "start s#3",
      ]);
    });

    it("but not one that has the image already, or whose image is unknown", () => {
      expect(plannedFor(update("web:1"), [container("c", { annotations })])).toEqual([]);
      expect(plannedFor(update("web:2"), [container("c")])).toEqual([]);
    });
  });

  it("ends a pod that is being deleted or has a verdict", () => {
    const verdict = { reason: "Evicted", message: "", refused: false };
    for (const change of [{ terminating: true }, { verdict }])
      expect(plannedFor(podOf({}), [container("c")], change)).toEqual(["end-pod"]);
  });

  it.each([
    ["running", { running: { startedAt: "2026-01-01T00:00:00Z" } }, 3],
    ["terminated", { terminated: { exitCode: 1 } }, 3],
    ["waiting", { waiting: { reason: "CrashLoopBackOff" } }, 2],
  ])("continues the restart count of a container that is gone from the runtime and was %s", (_, state, count) => {
    const status = (name: string, restartCount: number) => ({
      ...{ name, restartCount, state, image: "", imageID: "", ready: false },
    });
    const pod = podOf({});
    const known = { ...pod, status: { containerStatuses: [status("d", 7), status("c", 2)] } };
    expect(plannedFor(known, [])).toEqual([`start c#${count}`]);
  });

  it("restarts init containers and sidecars in a new sandbox, but not containers that have completed", () => {
    const old = (name: string) => ({ ...exited(name, 0), sandboxId: "old" });
    const pod = (...initContainers: { name: string }[]) => podOf({ restartPolicy: "Never", initContainers });
    expect(plannedFor(pod({ name: "i" }), [old("i")])).toEqual(["start i#1"]);
    expect(plannedFor(pod(sidecar("s")), [{ ...container("s"), sandboxId: "old" }])).toEqual(["start s#1"]);
    expect(plannedFor(podOf({ restartPolicy: "Never" }), [old("c")])).toEqual(["end-pod"]);
  });

  it("restarts a sidecar together with other containers", () => {
    const pod = podOf({ initContainers: [sidecar("s"), { name: "i" }] });
    expect(plannedFor(pod, [exited("s", 1), exited("i", 0), exited("c", 1)])).toEqual(["start s#1", "start c#1"]);
    expect(plannedFor(pod, [exited("s", 1), exited("i", 1)])).toEqual(["start s#1", "start i#1"]);
    expect(plannedFor(podOf({ initContainers: [sidecar("s")] }), [exited("s", 1), exited("c", 1)])).toEqual([
      "start s#1",
      "start c#1",
    ]);
  });

  it("replaces a dead sandbox if only a sidecar has failed", () => {
    const dead = { ...sandbox, attempt: 4, ready: false };
    const pod = podOf({ restartPolicy: "Never", initContainers: [sidecar("s"), { name: "i" }] });
    const plan = (containers: readonly ContainerObservation[], sandboxes = [dead]) =>
      planPod({ pod, observation: { sandboxes, containers }, local: settledLocal(), now: NOW }).actions;
    const next = [
      { do: "stop-sandbox", id: "s" },
      { do: "create-sandbox", attempt: 5 },
    ];
    expect(plan([exited("s", 1), exited("i", 0)])).toEqual(next);
    expect(plan([exited("i", 1)])).toEqual([{ do: "end-pod" }]);
    expect(plan([exited("i", 0)])).toEqual(next);
    expect(plan([], [])).toEqual([{ do: "create-sandbox", attempt: 0 }]);
  });

  it("AGENT-PROBE-RULES: kills a container that fails its liveness probe, with a message that says whether it restarts", () => {
    const probes = new Map([["x://c", { liveness: "failure" as const }]]);
    expect(plannedFor(podOf({}), [container("c")], { probes })).toEqual([
      "kill c: Container c failed liveness probe, will be restarted",
      "start c#1",
    ]);
    expect(plannedFor(podOf({ restartPolicy: "Never" }), [container("c")], { probes })).toEqual([
      "kill c: Stopping container c",
    ]);
    const two = podOf({
      restartPolicy: "Never",
      containers: [{ name: "c", restartPolicyRules: RULES }, { name: "d" }],
    });
    expect(plannedFor(two, [container("c"), container("d")], { probes })).toEqual([
      "kill c: Container c failed liveness probe",
    ]);
    expect(plannedFor(two, [exited("c", 143), container("d")])).toEqual([]);
    expect(plannedFor(two, [exited("c", 137), container("d")])).toEqual(["start c#1"]);
    const both = podOf({ initContainers: [sidecar("s")] });
    const failed = new Map([["x://s", { liveness: "failure" as const }]]);
    expect(plannedFor(both, [container("s"), container("c")], { probes: failed })).toEqual([
      "kill s: Init container s failed liveness probe",
      "start s#1",
    ]);
    const backOff = new Map([["c", { durationMs: 20_000, lastFailure: NOW }]]);
    const since = (finishedAt: number) => [container("c"), exited("c", 137, finishedAt)];
    expect(plannedFor(podOf({}), since(NOW - 21_000), { probes, backOff }).at(-1)).toBe("start c#1");
    expect(plannedFor(podOf({}), since(NOW - 19_000), { probes, backOff }).at(-1)).toMatch(/^back-off 20s /);
  });

  it("starts nothing after a sidecar that fails its startup probe, but keeps running containers", () => {
    const pod = podOf({ initContainers: [{ ...sidecar("s"), startupProbe: {} }, { name: "i" }] });
    const probes = new Map([["x://s", { startup: "failure" as const }]]);
    const killed = ["kill s: Init container s failed startup probe", "start s#1"];
    expect(plannedFor(pod, [container("s")], { probes })).toEqual(killed);
    expect(plannedFor(pod, [container("s")])).toEqual([]);
    expect(plannedFor(pod, [container("s"), exited("i", 1)], { probes })).toEqual([...killed, "start i#1"]);
    expect(plannedFor(pod, [container("s"), exited("i", 0), container("c")], { probes })).toEqual(killed);
  });
});
