import { describe, expect, test } from "vitest";
import type { PodSpec, TopologySpreadConstraint } from "../../../api/generated/core.v1.ts";
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

/** Zone 1 has two pods, on the node a; zone 2 has one, on c; zone 3, whose node is tainted, has none; d has no zone. */
function places(
  constraints: readonly Partial<TopologySpreadConstraint>[],
  { labels = { app: "web", v: "2" }, ...spec }: Partial<PodSpec> & { labels?: Record<string, string> } = {},
) {
  const topologySpreadConstraints = constraints.map((more) => ({
    maxSkew: 1,
    topologyKey: "zone",
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: { app: "web" } },
    ...more,
  }));
  const running = (name: string, nodeName: string, v: string, more: object = {}) => {
    const made = pod(name, { labels: { app: "web", v }, spec: { nodeName } });
    return { ...made, metadata: { ...made.metadata, ...more } };
  };
  const zones: Record<string, string | undefined> = { a: "1", b: "1", c: "2", d: undefined, e: "3" };
  return Object.keys(zones).filter((chosen) => {
    const nodes = Object.entries(zones).map(([name, zone]) =>
      node(name, {
        labels: { ...(zone && { zone }), ...(name === "a" || name === "c" ? { big: "" } : {}) },
        spec: {
          unschedulable: name !== chosen,
          ...(name === "e" && { taints: [{ key: "own", effect: "NoSchedule" }] }),
        },
      }),
    );
    const state = schedulerOf([
      ...nodes,
      running("a1", "a", "1"),
      running("a2", "a", "1"),
      running("c1", "c", "2"),
      running("e1", "e", "2", { deletionTimestamp: "2026-01-01T00:00:00Z" }),
      running("e2", "e", "2", { namespace: "other" }),
      pod("p", { labels, spec: { ...spec, topologySpreadConstraints } }),
    ]);
    const next = state.queue.take();
    if (!next) throw new Error("nothing waits");
    return schedule(next, state.cluster, { random: () => 0, startAt: 0, now: 0 }).kind === "place";
  });
}

describe("a pod that is spread over zones runs", () => {
  const honest = { nodeTaintsPolicy: "Honor" };
  const big = { nodeSelector: { big: "" } };
  test.each<[string, readonly Partial<TopologySpreadConstraint>[], Parameters<typeof places>[1], string[]]>([
    ["nowhere while the emptiest zone is closed to it", [{}], {}, []],
    ["in the emptiest zone", [{}], { tolerations: [{ key: "own", operator: "Exists" }] }, ["e"]],
    ["in the emptiest of zones that are open to it", [honest], {}, ["c"]],
    ["where it is not too many more", [{ maxSkew: 2 }], {}, ["c"]],
    ["where it is not far too many more", [{ maxSkew: 3 }], {}, ["a", "b", "c"]],
    ["in the emptiest of zones with nodes that it selects", [{}], big, ["c"]],
    ["… unless it is spread over the others, too", [{ nodeAffinityPolicy: "Ignore" }], big, []],
    ["nowhere while there are too few zones", [{ ...honest, minDomains: 3 }], {}, []],
    ["where it should if there are enough", [{ ...honest, minDomains: 2 }], {}, ["c"]],
    ["where others are, if it does not count itself", [honest], { labels: { app: "other" } }, ["a", "b", "c"]],
    ["where there are none of its version", [{ ...honest, matchLabelKeys: ["v"] }], {}, ["a", "b"]],
    ["by what it has of the keys", [{ ...honest, matchLabelKeys: ["w"] }], {}, ["c"]],
    ["on an emptier node of a zone", [honest, { ...honest, topologyKey: "kubernetes.io/hostname" }], {}, []],
    ["where both hold", [{ maxSkew: 3 }, { ...honest, topologyKey: "kubernetes.io/hostname" }], {}, ["b"]],
    ["in any zone without a selector", [{ labelSelector: undefined as never }], {}, ["a", "b", "c"]],
    ["anywhere if it would merely like to", [{ whenUnsatisfiable: "ScheduleAnyway" }], {}, ["a", "b", "c", "d"]],
  ])("%s", (_, constraints, spec, nodes) => {
    expect(places(constraints, spec)).toEqual(nodes);
  });
});
