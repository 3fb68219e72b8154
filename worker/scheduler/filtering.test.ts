import { expect, test } from "vitest";
import { node, pod, schedulerOf } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "./cycle.ts";
import { nodesToFind } from "./filtering.ts";

test.each([
  [1, 1],
  [99, 99],
  [100, 100],
  [201, 100],
  [1000, 420],
  [5000, 500],
  [5625, 281],
  [15_000, 750],
])("SCHED-PART: of %i nodes, the search stops at %i feasible ones", (nodes, enough) =>
  expect(nodesToFind(nodes)).toBe(enough),
);

test("SCHED-PART: the search for the next pod starts where the previous one ended", () => {
  const nodes = Array.from({ length: 250 }, (_, i) => node(`n${i}`));
  const { queue, cluster } = schedulerOf([...nodes, pod("p")]);
  const next = queue.take();
  if (!next) throw new Error("no pod waits");
  const starts = [0, 200].map((startAt) => {
    const decision = schedule(next, cluster, { random: () => 0, startAt, now: 0 });
    return decision.kind === "place" ? decision.nextStart : decision.kind;
  });
  expect(starts).toEqual([120, 70]);
});
