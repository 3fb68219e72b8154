import { describe, expect, test } from "vitest";
import type { PodSpec } from "../../../api/generated/core.v1.ts";
import type { KubeObject, Stored } from "../../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { schedule } from "../cycle.ts";

/** A pod that runs: its priority, its share of the node's four processors, and when it started. */
type Running = readonly [priority: number, cpu: number, started?: number, app?: string];

interface Budget {
  readonly app?: string;
  readonly allowed: number;
  readonly disrupted?: string;
  readonly namespace?: string;
}

/** What a pod of priority 10 that wants this much does on these nodes, whose pods are called a1, a2, …, b1, …. */
function preempted(
  nodes: Readonly<Record<string, readonly Running[]>>,
  cpu: number,
  {
    budgets = [],
    spec = {},
    random = 0,
  }: { budgets?: readonly Budget[]; spec?: Partial<PodSpec>; random?: number } = {},
) {
  const running = Object.entries(nodes).flatMap(([nodeName, pods]) =>
    pods.map(([priority, share, started = 0, app = "x"], i) => ({
      ...pod(`${nodeName}${i + 1}`, { cpu: String(share), labels: { app }, spec: { priority, nodeName } }),
      status: { phase: "Running", startTime: new Date(started * 1000).toISOString() },
    })),
  );
  const state = schedulerOf([
    ...Object.keys(nodes).map((name) => node(name)),
    ...running,
    pod("p", { cpu: String(cpu), spec: { priority: 10, ...spec } }),
  ]);
  budgets.forEach(({ app, allowed, disrupted, namespace = "default" }, i) => {
    const budget = {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: `b${i}`, namespace, uid: `b${i}`, resourceVersion: "1", creationTimestamp: "" },
      spec: app === undefined ? {} : { selector: { matchLabels: { app } } },
      status: { disruptionsAllowed: allowed, ...(disrupted && { disruptedPods: { [disrupted]: "" } }) },
    } as unknown as Stored<KubeObject>;
    state.apply("poddisruptionbudgets.policy", budget, { deleted: false, now: 0 });
  });
  const waiting = state.queue.take();
  if (!waiting) throw new Error("nothing waits");
  const decision = schedule(waiting, state.cluster, { random: () => random, startAt: 0, now: 0 });
  if (decision.kind !== "refuse") return decision.kind;
  const { preemption } = decision;
  return preemption.kind === "nominate" ? preemption.victims.map(({ name }) => name) : preemption.kind;
}

describe("SCHED-PREEMPT: on one node", () => {
  test.each<[string, readonly Running[], number, string[] | string]>([
    [
      "all go that are in the way",
      [
        [1, 2],
        [1, 2],
      ],
      4,
      ["a1", "a2"],
    ],
    [
      "no more go than must",
      [
        [1, 1],
        [1, 1],
        [1, 2],
      ],
      2,
      ["a3"],
    ],
    [
      "those that matter more stay",
      [
        [1, 2],
        [5, 2],
      ],
      2,
      ["a1"],
    ],
    [
      "of equals those that have run for longer stay",
      [
        [1, 2, 9],
        [1, 2, 5],
      ],
      2,
      ["a1"],
    ],
    [
      "one that matters more goes if the others are not enough",
      [
        [1, 1],
        [5, 3],
      ],
      2,
      ["a2"],
    ],
    ["its equals stay", [[10, 4]], 2, "clear"],
    [
      "those above it stay",
      [
        [1, 1],
        [11, 3],
      ],
      2,
      "clear",
    ],
    ["nothing goes if all would not be enough", [[1, 2]], 5, "clear"],
    [
      "the dearest is named first",
      [
        [1, 1],
        [3, 2],
        [2, 1],
      ],
      4,
      ["a2", "a3", "a1"],
    ],
  ])("%s", (_, pods, cpu, victims) => {
    expect(preempted({ a: pods }, cpu)).toEqual(victims);
  });

  test.each<[string, readonly Budget[], string[]]>([
    ["none", [], ["a2"]],
    ["one that allows it", [{ app: "y", allowed: 1 }], ["a2"]],
    ["one that does not", [{ app: "y", allowed: 0 }], ["a1"]],
    ["one of another namespace", [{ app: "y", allowed: 0, namespace: "other" }], ["a2"]],
    ["one of other pods", [{ app: "z", allowed: 0 }], ["a2"]],
    ["one that selects nothing", [{ allowed: 1 }], ["a2"]],
    ["one that counts it as gone", [{ app: "y", allowed: 0, disrupted: "a2" }], ["a2"]],
    [
      "two, of which one does not",
      [
        { app: "y", allowed: 1 },
        { app: "y", allowed: 0 },
      ],
      ["a1"],
    ],
  ])("spares first what is protected by a budget: %s", (_, budgets, victims) => {
    // Without budgets the less important one, y, goes.
    expect(
      preempted(
        {
          a: [
            [5, 2, 0, "x"],
            [1, 2, 0, "y"],
          ],
        },
        2,
        { budgets },
      ),
    ).toEqual(victims);
  });

  test("what a budget allows is used up by the most important", () => {
    const pods: Running[] = [
      [1, 1, 0, "y"],
      [2, 1, 0, "y"],
      [3, 2, 0, "x"],
    ];
    // The budget lets the dearer one go, so the cheaper one is spared first, and then the others by importance.
    expect(preempted({ a: pods }, 3, { budgets: [{ app: "y", allowed: 1 }] })).toEqual(["a3", "a2"]);
  });
});

describe("SCHED-PREEMPT: of several nodes that one is chosen", () => {
  test.each<[string, Readonly<Record<string, readonly Running[]>>, readonly Budget[], string[]]>([
    ["where budgets are kept", { a: [[1, 4, 0, "y"]], b: [[5, 4, 0, "x"]] }, [{ app: "y", allowed: 0 }], ["b1"]],
    [
      "where the dearest is cheapest",
      {
        a: [[5, 4]],
        b: [
          [4, 2],
          [4, 2],
        ],
      },
      [],
      ["b1", "b2"],
    ],
    [
      "where the sum is less",
      {
        a: [
          [4, 2],
          [3, 2],
        ],
        b: [
          [4, 2],
          [2, 2],
        ],
      },
      [],
      ["b1", "b2"],
    ],
    [
      "where fewer go, though each is worth less than nothing",
      {
        a: [
          [-5, 2],
          [-5, 2],
        ],
        b: [[-5, 4]],
      },
      [],
      ["b1"],
    ],
    ["where the dearest has run for less", { a: [[4, 4, 1]], b: [[4, 4, 7]] }, [], ["b1"]],
    [
      "where the dearest has run for less, whatever others have",
      {
        a: [
          [4, 2, 5],
          [1, 2, 9],
        ],
        b: [
          [4, 2, 7],
          [1, 2, 1],
        ],
      },
      [],
      ["b1", "b2"],
    ],
  ])("%s", (_, nodes, budgets, victims) => {
    for (const random of [0, 0.6]) expect(preempted(nodes, 4, { budgets, random })).toEqual(victims);
  });

  test("by chance if there is no difference", () => {
    const nodes: Record<string, readonly Running[]> = { a: [[1, 4]], b: [[1, 4]] };
    expect([0, 0.6].map((random) => preempted(nodes, 4, { random }))).toEqual([["a1"], ["b1"]]);
  });

  test("unless the pod may not preempt, or would not run there all the same", () => {
    expect(preempted({ a: [[1, 4]] }, 4, { spec: { preemptionPolicy: "Never" } })).toBe("keep");
    expect(preempted({ a: [[1, 4]] }, 4, { spec: { nodeSelector: { zone: "z" } } })).toBe("clear");
  });

  test.each<[string, object, string, number, string[] | string]>([
    ["while a victim ends there", {}, "PreemptionByScheduler", 1, "keep"],
    ["if another pod ends there", {}, "EvictionByEvictionAPI", 1, ["b1"]],
    ["if a victim ends there that matters as much", {}, "PreemptionByScheduler", 10, ["b1"]],
    ["if the node has become one where it cannot run", { unschedulable: true }, "PreemptionByScheduler", 1, ["b1"]],
  ])("and is not chosen anew %s", (_, spec, reason, priority, expected) => {
    const ending = pod("a1", { cpu: "4", spec: { priority, nodeName: "a" } });
    const state = schedulerOf([
      node("a", { spec }),
      node("b"),
      {
        ...ending,
        metadata: { ...ending.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" },
        status: { phase: "Running", conditions: [{ type: "DisruptionTarget", status: "True", reason }] },
      } as Stored<KubeObject>,
      pod("b1", { cpu: "4", spec: { priority: 1, nodeName: "b" } }),
      {
        ...pod("p", { cpu: "4", spec: { priority: 10 } }),
        status: { phase: "Pending", nominatedNodeName: "a" },
      } as Stored<KubeObject>,
    ]);
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    const decision = schedule(waiting, state.cluster, { random: () => 0.6, startAt: 0, now: 0 });
    const preemption = decision.kind === "refuse" ? decision.preemption : undefined;
    expect(preemption?.kind === "nominate" ? preemption.victims.map(({ name }) => name) : preemption?.kind).toEqual(
      expected,
    );
  });
});
