import { expect, it } from "vitest";
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
import type { ContainerObservation } from "../../runtime/observation.ts";
import { planPod } from "./plan.ts";

/** What is planned once the sandbox has died. */
const afterDeath = (pod: ReturnType<typeof podOf>, containers: readonly ContainerObservation[]) => {
  const observation = { sandboxes: [{ ...sandbox, ready: false }], containers };
  return planPod({ pod, observation, local: settledLocal(), now: NOW }).actions.map((action) => action.do);
};

it("restarts all containers as soon as one of them ends in a way for which its rules say so", () => {
  const restartPolicyRules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [42] } }];
  const pod = podOf({ restartPolicy: "Never", containers: [{ name: "c", restartPolicyRules }, { name: "d" }] });
  expect(plannedFor(pod, [exited("c", 42), container("d")])).toEqual(["restart-all"]);
  expect(plannedFor(pod, [exited("c", 1), container("d")])).toEqual([]);
});

it("does not run init containers again that are gone from the runtime, once a container has run", () => {
  const pod = podOf({ initContainers: init("i"), containers: init("c", "d") });
  expect(plannedFor(pod, [container("c")])).toEqual(["start d#0"]);
});

it("ends a pod whose containers have ended even while a sidecar is being killed", () => {
  const pod = podOf({ restartPolicy: "Never", initContainers: [sidecar("s")] });
  const probes = new Map([["x://s", { liveness: "failure" as const }]]);
  expect(plannedFor(pod, [container("s"), exited("c", 0)], { probes })).toEqual(["end-pod"]);
});

it("replaces a dead sandbox if one of two containers is to run again", () => {
  const pod = podOf({ restartPolicy: "OnFailure", containers: init("c", "d") });
  expect(afterDeath(pod, [exited("c", 0), exited("d", 1)])).toEqual(["stop-sandbox", "create-sandbox"]);
  expect(afterDeath(pod, [exited("c", 0), exited("d", 0)])).toEqual(["end-pod"]);
});

it("waits for the last container in a dead sandbox to end", () => {
  const pod = podOf({ containers: init("c", "d") });
  expect(afterDeath(pod, [exited("c", 0), container("d")])).toEqual(["stop-sandbox"]);
});
