import { expect, test } from "vitest";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

/** Where a pod goes that is spread over nodes, of which "full" has one already. */
function placed(labelSelector: object) {
  const spread = [
    { maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "DoNotSchedule", labelSelector },
  ];
  const labels = { app: "web" };
  const state = schedulerOf([node("full", { cpu: "4" }), node("free", { cpu: "1" })]);
  const apply = (object: ReturnType<typeof pod>) => state.apply("pods", object, { deleted: false, now: 0 });
  apply(pod("there", { labels, spec: { nodeName: "full" } }));
  apply(pod("p", { labels, cpu: "500m", spec: { topologySpreadConstraints: spread } }));
  const next = state.queue.take();
  if (!next) throw new Error("nothing waits");
  const decision = schedule(next, state.cluster, { random: () => 0, startAt: 0, now: 0 });
  return decision.kind === "place" ? decision.node.name : decision.kind;
}

test("SCHED-SPREAD-ALL: an empty selector counts no pods", () => {
  expect(placed({ matchLabels: { app: "web" } })).toBe("free");
  expect(placed({})).toBe("full");
});
