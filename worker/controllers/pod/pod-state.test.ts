import { describe, expect, test } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { byDeletionOrder, isAvailable, leastWorthKeeping, nextAvailability } from "./pod-state.ts";

const NOW = Date.parse("2026-01-02T00:00:00Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

interface Facts {
  readonly node?: string;
  readonly phase?: string;
  /** How many seconds ago it became ready, and was created. */
  readonly ready?: number;
  readonly age?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly sidecarRestarts?: number;
  readonly initRestarts?: number;
}

const pod = (uid: string, { node = "n", phase = "Running", ready, age = 1000, cost, ...restarts }: Facts): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    uid,
    creationTimestamp: ago(age),
    ...(cost === undefined ? {} : { annotations: { "controller.kubernetes.io/pod-deletion-cost": cost } }),
  },
  spec: {
    nodeName: node,
    containers: [],
    initContainers: [
      { name: "init", image: "i" },
      { name: "sidecar", image: "i", restartPolicy: "Always" },
    ],
  },
  status: {
    phase,
    conditions: [
      { type: "Ready", status: ready === undefined ? "False" : "True", lastTransitionTime: ago(ready ?? age) },
    ],
    containerStatuses: [0, restarts.restarts ?? 0].map((restartCount, i) => ({ name: `c${i}`, restartCount })),
    initContainerStatuses: [
      { name: "init", restartCount: restarts.initRestarts ?? 0 },
      { name: "sidecar", restartCount: restarts.sidecarRestarts ?? 0 },
    ],
  } as unknown as NonNullable<Pod["status"]>,
});

/** Which of two pods, the first called z and the second a, goes first; both are in the order that sorting keeps. */
const first = (order: (a: Pod, b: Pod) => number, goes: Facts, stays: Facts) => {
  const [one, other] = [pod("z", goes), pod("a", stays)];
  expect(Math.sign(order(other, one))).toBe(-Math.sign(order(one, other)) || 0);
  return order(one, other) < 0;
};
const crowded = (each: Pod) => (each.spec.nodeName === "crowded" ? 2 : 1);

describe("CTL-JOB-SURPLUS: of two pods of a replica set or Job one goes first:", () => {
  test.each<[string, Facts, Facts]>([
    ["without a node", { node: "", phase: "Pending", age: 2000 }, { phase: "Pending" }],
    ["pending, then unknown", { phase: "Pending", age: 2000 }, { phase: "Unknown" }],
    ["unknown, then running", { phase: "Unknown", age: 2000 }, {}],
    ["not ready", { age: 2000 }, { ready: 5 }],
    ["ready for a much shorter time", { ready: 10, age: 2000 }, { ready: 500 }],
    ["restarted more often", { restarts: 3, age: 2000 }, { restarts: 2, sidecarRestarts: 9 }],
    ["with a sidecar restarted more often", { sidecarRestarts: 3, age: 2000 }, { sidecarRestarts: 2, initRestarts: 9 }],
    ["much younger", { age: 100 }, { age: 1000 }],
  ])("%s", (_, goes, stays) => {
    expect(first(leastWorthKeeping, goes, stays)).toBe(true);
    expect(first(byDeletionOrder(NOW, crowded), goes, stays)).toBe(true);
  });

  test.each<[string, Facts, Facts]>([
    ["on a node with more of them", { node: "crowded", ready: 500 }, { ready: 10 }],
    ["of a lower cost", { cost: "-1", ready: 500 }, { node: "crowded", ready: 10 }],
    ["of a lower cost than nothing said", { ready: 500 }, { cost: "1", ready: 10 }],
  ])("of a replica set, %s", (_, goes, stays) => {
    expect(first(byDeletionOrder(NOW, crowded), goes, stays)).toBe(true);
    expect(first(leastWorthKeeping, goes, stays)).toBe(false);
  });

  test.each<[string, Facts, Facts]>([
    ["have been ready for about the same time", { ready: 560, restarts: 1 }, { ready: 600 }],
    ["are about as old", { age: 560 }, { age: 600 }],
  ])("of a Job always the younger, of a replica set by uid if they %s", (_, younger, older) => {
    expect(first(leastWorthKeeping, younger, older)).toBe(true);
    expect(first(byDeletionOrder(NOW, crowded), younger, older)).toBe(false);
  });
});

test("a pod is available once it has been ready for long enough", () => {
  const pods = [pod("a", {}), pod("b", { ready: 10 }), pod("c", { ready: 5 }), pod("d", { ready: 7 })];
  expect(pods.map((each) => isAvailable(each, 7, NOW))).toEqual([false, true, false, true]);
  expect(pods.map((each) => isAvailable(each, 0, NOW))).toEqual([false, true, true, true]);
  expect(nextAvailability(pods, 8, NOW)).toBe(NOW + 1000);
  expect(nextAvailability(pods, 5, NOW)).toBeUndefined();
});
