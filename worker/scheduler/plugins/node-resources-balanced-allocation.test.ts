import { expect, test } from "vitest";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { shapeOf } from "../cluster/pod-shape.ts";
import { nodeResourcesBalancedAllocation } from "./node-resources-balanced-allocation.ts";

const asking = (name: string, cpu: string, memory: string, nodeName?: string) =>
  pod(name, {
    spec: {
      containers: [{ name: "c", image: "i", resources: { requests: { cpu, memory } } }],
      ...(nodeName !== undefined && { nodeName }),
    },
  });

/** A pod's score on a node of four CPUs and 8Gi with these amounts in use. */
function scoreOf(used: readonly [cpu: string, memory: string], requested: readonly [cpu: string, memory: string]) {
  const there = asking("there", ...used, "a");
  const { cluster, queue } = schedulerOf([node("a"), there, asking("p", ...requested)]);
  const waiting = queue.take();
  const [info] = cluster.nodes;
  if (!waiting || !info) throw new Error("nothing waits");
  return nodeResourcesBalancedAllocation.nodeScore?.(shapeOf(waiting))?.(info);
}

test.each<[what: string, used: [string, string], asked: [string, string], score: number | undefined]>([
  ["keeps the balance", ["1", "2Gi"], ["1", "2Gi"], 75],
  ["makes it good", ["4", "0"], ["0", "8Gi"], 100],
  ["spoils it", ["0", "0"], ["4", "0"], 50],
  ["makes it better", ["2", "0"], ["0", "2Gi"], 81],
  ["makes it worse", ["0", "0"], ["1", "0"], 68],
  ["asks for nothing", ["1", "0"], ["0", "0"], undefined],
])("SCHED-BALANCE: a pod that %s", (_, used, requested, score) => {
  expect(scoreOf(used, requested)).toBe(score);
});
