import { expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import type { PodLocal } from "../local.ts";
import { podStatus } from "./status.ts";

const amountsOf = (spec: Partial<Pod["spec"]>, change: Partial<PodLocal>) => {
  const pod = { metadata: { name: "p" }, spec: { containers: [], ...spec }, status: {} };
  const observation = { sandboxes: [], containers: [] };
  const { resources, allocatedResources } = podStatus({ pod, observation, local: settledLocal(change), now: 0 });
  return { resources, allocatedResources };
};

it("AGENT-RESIZE: a pod's status says what it has been given, and what it has until that is done", () => {
  const whole = { requests: { memory: "1Mi" }, limits: { memory: "1Mi" } };
  const actualWhole = { requests: { memory: "9Mi" }, limits: { memory: "9Mi" } };
  const allocation = { whole, containers: new Map() };
  expect(amountsOf({ resources: whole }, { allocation, actualWhole })).toEqual({
    allocatedResources: { memory: "1Mi" },
    resources: actualWhole,
  });
});

it("counts what containers ask for where the pod says nothing of it, its largest init container and the overhead", () => {
  const containers = [{ name: "c", resources: { requests: { cpu: "1", memory: "1Mi" } } }];
  const initContainers = [{ name: "i", resources: { requests: { cpu: "3" } } }];
  const whole = { requests: { memory: "4Mi" } };
  const given = { allocation: { whole, containers: new Map() }, actualWhole: whole };
  const spec = { containers, initContainers, resources: whole, overhead: { cpu: "250m" } };
  expect(amountsOf(spec, given).allocatedResources).toEqual({ cpu: "3250m", memory: "4Mi" });
});

it("a pod whose containers are all started anew runs, whatever their own policies", () => {
  const spec = { containers: [{ name: "c" }], initContainers: [{ name: "i" }], restartPolicy: "Never" };
  const pod = { metadata: { name: "p" }, spec, status: { phase: "Running" } };
  const restartedAll = new Map([
    ["c", 1],
    ["i", 1],
  ]);
  const observation = { sandboxes: [], containers: [] };
  expect(podStatus({ pod, observation, local: settledLocal({ restartedAll }), now: 0 }).phase).toBe("Running");
});

it("AGENT-ADMIT: a pod that is refused says when, and why", () => {
  const pod = { metadata: { name: "p", generation: 1 }, spec: { containers: [{ name: "c" }] }, status: {} };
  const verdict = { reason: "OutOfcpu", message: "no room", refused: true };
  const local = settledLocal({ verdict, startTime: Date.UTC(2026, 0, 1) });
  expect(podStatus({ pod, observation: { sandboxes: [], containers: [] }, local, now: 0 })).toEqual({
    observedGeneration: 1,
    phase: "Failed",
    reason: "OutOfcpu",
    message: "Pod was rejected: no room",
    startTime: "2026-01-01T00:00:00Z",
    qosClass: "BestEffort",
  });
});

it("a pod that asks for nothing has nothing, and says so", () => {
  expect(amountsOf({ containers: [{ name: "c" }] }, {})).toEqual({ resources: {} });
});
