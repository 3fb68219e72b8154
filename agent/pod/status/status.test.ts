import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { exited, observed } from "../../../test/fakes/node/observed-container.ts";
import { settledLocal } from "../../../test/fakes/node/settled-pod.ts";
import type { ContainerObservation } from "../../runtime/observation.ts";
import type { PodLocal } from "../local.ts";
import { podStatus } from "./status.ts";

const amountsOf = (spec: Partial<Pod["spec"]>, change: Partial<PodLocal>) => {
  const pod = { metadata: { name: "p" }, spec: { containers: [], ...spec }, status: {} };
  const observation = { sandboxes: [], containers: [] };
  const { resources, allocatedResources } = podStatus({ pod, observation, local: settledLocal(change), now: 0 });
  return { resources, allocatedResources };
};

it("AGENT-RESIZE: a pod's status has allocated and actual pod-level resources during a resize", () => {
  const whole = { requests: { memory: "1Mi" }, limits: { memory: "1Mi" } };
  const actualWhole = { requests: { memory: "9Mi" }, limits: { memory: "9Mi" } };
  const allocation = { whole, containers: new Map() };
  expect(amountsOf({ resources: whole }, { allocation, actualWhole })).toEqual({
    allocatedResources: { memory: "1Mi" },
    resources: actualWhole,
  });
});

it("allocatedResources default to the containers' requests, with the largest init container and the overhead", () => {
  const containers = [{ name: "c", resources: { requests: { cpu: "1", memory: "1Mi" } } }];
  const initContainers = [{ name: "i", resources: { requests: { cpu: "3" } } }];
  const whole = { requests: { memory: "4Mi" } };
  const given = { allocation: { whole, containers: new Map() }, actualWhole: whole };
  const spec = { containers, initContainers, resources: whole, overhead: { cpu: "250m" } };
  expect(amountsOf(spec, given).allocatedResources).toEqual({ cpu: "3250m", memory: "4Mi" });
});

it("a pod whose containers are all restarted is Running, whatever their restart policies", () => {
  const spec = { containers: [{ name: "c" }], initContainers: [{ name: "i" }], restartPolicy: "Never" };
  const pod = { metadata: { name: "p" }, spec, status: { phase: "Running" } };
  const restartedAll = new Map([
    ["c", 1],
    ["i", 1],
  ]);
  const observation = { sandboxes: [], containers: [] };
  expect(podStatus({ pod, observation, local: settledLocal({ restartedAll }), now: 0 }).phase).toBe("Running");
});

it("AGENT-ADMIT: a refused pod has a start time and a reason in its status", () => {
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

describe("AGENT-ADMIT, AGENT-PRESSURE-EVICT: a pod that the node has ended", () => {
  const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c" }] }, status: { phase: "Running" } };
  const evicted = { reason: "Evicted", message: "no room", refused: false, endedByNode: true } as const;
  const late = { reason: "DeadlineExceeded", message: "late", refused: false };
  const endOf = (verdict: PodLocal["verdict"], container: ContainerObservation) => {
    const local = settledLocal({ terminating: true, ...(verdict && { verdict }) });
    const { phase, reason, message } = podStatus({
      pod,
      observation: { sandboxes: [], containers: [container] },
      local,
      now: 0,
    });
    return [phase, reason, message];
  };

  it("has failed, unless all of its containers ended without an error", () => {
    expect(endOf(evicted, exited(137))).toEqual(["Failed", "Evicted", "no room"]);
    expect(endOf(evicted, exited(0))).toEqual(["Succeeded", undefined, undefined]);
    expect(endOf(late, exited(0))).toEqual(["Failed", "DeadlineExceeded", "late"]);
  });

  it("stays what it was while a container runs", () => {
    expect(endOf(evicted, observed())).toEqual(["Running", undefined, undefined]);
  });
});

it("a pod without requests has empty resources in its status", () => {
  expect(amountsOf({ containers: [{ name: "c" }] }, {})).toEqual({ resources: {} });
});
