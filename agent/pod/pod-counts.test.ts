import { expect, it } from "vitest";
import { type PodState, podCounts } from "./pod-counts.ts";

const state = (change: Partial<PodState> = {}): PodState => ({
  ...{ isStatic: false, isDesired: true, isActive: true, hasMirror: false, lifecycle: "sync" },
  ...change,
});

it("AGENT-METRICS: pods are counted by where they come from, and what becomes of them", () => {
  const { working, ...counts } = podCounts([
    state(),
    state(),
    state({ isActive: false, lifecycle: "terminated" }),
    state({ isStatic: true, hasMirror: true }),
    state({ isStatic: true, hasMirror: true, isDesired: false, isActive: false, lifecycle: "terminating" }),
  ]);
  expect(counts).toEqual({ desired: { api: 3, static: 1 }, active: { api: 2, static: 1 }, mirrors: 2 });
  expect(working).toHaveLength(15);
  expect(working.filter(({ count }) => count > 0)).toEqual([
    { config: "desired", lifecycle: "sync", static: "", count: 2 },
    { config: "desired", lifecycle: "sync", static: "true", count: 1 },
    { config: "orphan", lifecycle: "terminating", static: "true", count: 1 },
    { config: "desired", lifecycle: "terminated", static: "", count: 1 },
  ]);
});
