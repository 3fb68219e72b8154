import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Stored } from "../../api/machinery/meta.ts";
import { node, pod, schedulerOf } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { type Decision, schedule } from "./cycle.ts";
import type { SchedulerState } from "./state.ts";

/** Places what can be placed, in the queue's order, and returns each pod's decision by name. */
function placeAll({ queue, cluster }: SchedulerState, random: () => number): Record<string, string> {
  const answers: Record<string, string> = {};
  for (let next = queue.take(); next; next = queue.take()) {
    const decision = schedule(next, cluster, { random, startAt: 0, now: 0 });
    answers[next.name] = reported(decision);
    if (decision.kind === "place") cluster.assign({ ...next, nodeName: decision.node.name, pod: undefined });
  }
  return answers;
}

const reported = (decision: Decision) =>
  decision.kind === "place" ? decision.node.name : decision.kind === "wait" ? "waits" : decision.message;

const placed = (...objects: Stored<ReturnType<typeof node> | ReturnType<typeof pod>>[]) =>
  placeAll(schedulerOf(objects), () => 0);

describe("a pod is placed where it fits, or the reason is reported", () => {
  const useless = (nodes: number) =>
    `no new claims to deallocate, preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;

  test("the least loaded node is chosen", () => {
    expect(placed(node("a", { cpu: "1" }), node("b", { cpu: "4" }), pod("p", { cpu: "500m" }))).toEqual({ p: "b" });
  });

  test("SCHED-PLUGIN: the reasons of all nodes are counted", () => {
    const cordoned = node("c", { spec: { unschedulable: true } });
    const tainted = node("t", { spec: { taints: [{ key: "own", value: "x", effect: "NoSchedule" }] } });
    const { p } = placed(node("small", { cpu: "1" }), cordoned, tainted, pod("p", { cpu: "2" }));
    expect(p).toBe(
      `0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ${useless(3)}`,
    );
  });

  test("without nodes no reasons are counted", () => {
    expect(placed(pod("p"))).toEqual({ p: "no nodes available to schedule pods" });
  });

  test("a missing claim makes every node infeasible", () => {
    const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "nobody" } }];
    expect(placed(node("a"), pod("p", { spec: { volumes } })).p).toBe(
      '0/1 nodes are available: persistentvolumeclaim "nobody" not found. not found',
    );
  });

  test("features that need kubelet support are required only of nodes that declare features", () => {
    const rule = { action: "RestartAllContainers", exitCodes: { operator: "In", values: [1] } };
    const containers = [{ name: "c", image: "i", restartPolicy: "Never", restartPolicyRules: [rule] }];
    const older = node("older");
    expect(placed(older, pod("p", { spec: { containers } })).p).toBe(
      `0/1 nodes are available: 1 node(s) didn't match Pod's required features. ${useless(1)}`,
    );
    const { status, ...others } = node("newer");
    const newer = { ...others, status: { ...status, declaredFeatures: ["RestartAllContainersOnContainerExits"] } };
    expect(placed(older, newer, pod("p", { spec: { containers } })).p).toBe("newer");
    expect(placed(older, pod("p")).p).toBe("older");
  });

  test("pods of higher priority go first", () => {
    const low = pod("low", { cpu: "800m", spec: { priority: 1 } });
    const high = pod("high", { cpu: "800m", spec: { priority: 2 } });
    expect(placed(node("a", { cpu: "1" }), low, high).high).toBe("a");
  });

  test("pods with anti-affinity stay apart, and spread constraints are met", () => {
    const labels = { app: "web" };
    const term = { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" };
    const apart = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
    const answers = placed(
      node("a"),
      node("b"),
      ...["1", "2", "3"].map((name) => pod(name, { labels, spec: { affinity: apart } })),
    );
    expect([answers[1], answers[2]].sort()).toEqual(["a", "b"]);
    expect(answers[3]).toContain("2 node(s) didn't match pod anti-affinity rules");
  });
});

describe("SCHED-PREEMPT: preemption", () => {
  test("the least important sufficient victim is evicted, and its node nominated", () => {
    const state = schedulerOf([node("a", { cpu: "1" }), node("b", { cpu: "1" })]);
    for (const [name, priority, on] of [
      ["cheap", 1, "a"],
      ["dear", 5, "b"],
    ] as const) {
      const victim = pod(name, { cpu: "800m", spec: { priority, nodeName: on } });
      state.apply("pods", victim, { deleted: false, now: 0 });
    }
    state.apply("pods", pod("p", { cpu: "800m", spec: { priority: 9 } }), { deleted: false, now: 0 });
    const waiting = state.queue.take();
    if (!waiting) throw new Error("nothing waits");
    const decision = schedule(waiting, state.cluster, { random: () => 0, startAt: 0, now: 0 });
    expect(decision).toMatchObject({
      kind: "refuse",
      message: "0/2 nodes are available: 2 Insufficient cpu.",
      preemption: { kind: "nominate", node: "a", victims: [{ name: "cheap" }] },
    });
  });
});

const milli = fc.integer({ min: 0, max: 2000 }).map((amount) => `${amount}m`);
const nodes = fc.array(fc.record({ cpu: milli, pods: fc.integer({ min: 0, max: 4 }), tainted: fc.boolean() }), {
  maxLength: 8,
});
const pods = fc.array(fc.record({ cpu: milli, priority: fc.integer({ min: 0, max: 2 }), tolerates: fc.boolean() }), {
  maxLength: 30,
});

function situation(
  nodeSays: readonly { cpu: string; pods: number; tainted: boolean }[],
  podSays: typeof pods extends fc.Arbitrary<infer T> ? T : never,
) {
  const taints = [{ key: "own", effect: "NoSchedule" }];
  return [
    ...nodeSays.map(({ cpu, pods: most, tainted }, i) =>
      node(`n${i}`, { cpu, pods: String(most), spec: tainted ? { taints } : {} }),
    ),
    ...podSays.map(({ cpu, priority, tolerates }, i) =>
      pod(`p${i}`, { cpu, spec: { priority, ...(tolerates ? { tolerations: [{ operator: "Exists" }] } : {}) } }),
    ),
  ];
}

describe("whatever the cluster and the pods", () => {
  test("no node exceeds its capacity or runs a pod that does not tolerate its taints", () => {
    fc.assert(
      fc.property(nodes, pods, (nodeSays, podSays) => {
        const state = schedulerOf(situation(nodeSays, podSays));
        placeAll(state, Math.random);
        for (const info of state.cluster.nodes) {
          const {
            cpu,
            pods: most,
            tainted,
          } = nodeSays[Number(info.name.slice(1))] ?? { cpu: "0m", pods: 0, tainted: true };
          const here = [...info.pods.keys()].map((key) => podSays[Number(key.slice("default/p".length))]);
          const used = here.reduce((sum, each) => sum + Number.parseInt(each?.cpu ?? "0", 10), 0);
          expect(used).toBeLessThanOrEqual(Number.parseInt(cpu, 10));
          expect(here.length).toBeLessThanOrEqual(most);
          if (tainted) expect(here.every((each) => each?.tolerates)).toBe(true);
        }
      }),
    );
  });

  test("a pod is pending only if no node is feasible", () => {
    fc.assert(
      fc.property(nodes, pods, (nodeSays, podSays) => {
        const state = schedulerOf(situation(nodeSays, podSays));
        const answers = placeAll(state, Math.random);
        for (const [name, answer] of Object.entries(answers)) {
          if (/^n\d/.test(answer)) continue;
          const { cpu = "0m", tolerates = false } = podSays[Number(name.slice(1))] ?? {};
          const fits = state.cluster.nodes.some(
            (info) =>
              info.cpu + Number.parseInt(cpu, 10) <= info.allocatable.cpu &&
              info.pods.size < info.allowedPods &&
              (tolerates || !info.node.spec.taints?.length),
          );
          expect(fits).toBe(false);
        }
      }),
    );
  });

  test("SCHED-TIE: the same snapshot and random values give the same placement, and a preemption dry run leaves no trace", () => {
    fc.assert(
      fc.property(
        nodes,
        pods,
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (nodeSays, podSays, lots) => {
          const drawn = [...lots.take(1000)];
          const run = () => {
            let at = 0;
            const state = schedulerOf(situation(nodeSays, podSays));
            const answers = placeAll(state, () => drawn[at++ % drawn.length] ?? 0);
            for (const info of state.cluster.nodes) {
              const sum = [...info.pods.values()].reduce((total, { requests }) => total + requests.cpu, 0);
              expect(info.cpu).toBe(sum);
            }
            return answers;
          };
          expect(run()).toEqual(run());
        },
      ),
      { numRuns: 50 },
    );
  });
});
