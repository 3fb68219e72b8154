import { expect, it } from "vitest";
import { evicted, evictedOverLimit, PREEMPTED, shutDown } from "./node-verdicts.ts";

it("a pod that is evicted under pressure has as long as its eviction allows, and is disrupted", () => {
  const message = "The node was low on resource: memory.";
  expect(evicted({ message, graceSeconds: 30, annotations: { starved_containers: "c" } })).toEqual({
    reason: "Evicted",
    message,
    disruption: message,
    graceSeconds: 30,
  });
});

it("a pod beyond its own limit has a second, and the end is its own doing: nothing disrupts it", () => {
  const verdict = evictedOverLimit("Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.");
  expect(verdict).toMatchObject({ reason: "Evicted", graceSeconds: 1 });
  expect(verdict).not.toHaveProperty("disruption");
});

it("a preempted pod keeps its own grace period", () => {
  expect(PREEMPTED).not.toHaveProperty("graceSeconds");
  expect(PREEMPTED.disruption).toBe("Pod was preempted by Kubelet to accommodate a critical pod.");
});

it("a node that shuts down gives a pod the time of its priority, and says why", () => {
  const why = "Pod was terminated in response to imminent node shutdown.";
  expect(shutDown(10)).toEqual({ reason: "Terminated", message: why, disruption: why, graceSeconds: 10 });
});
