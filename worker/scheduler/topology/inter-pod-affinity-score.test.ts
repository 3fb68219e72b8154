import { expect, test } from "vitest";
import { node, pod, schedulerOf } from "../../../test/fakes/scheduler/scheduler-objects.ts";
import { scoreInterPodAffinity } from "./inter-pod-affinity-score.ts";

test("SCHED-ROUND: scores are scaled with kube-scheduler's rounding", () => {
  const avoid = (app: string, weight: number) => ({
    weight,
    podAffinityTerm: { labelSelector: { matchLabels: { app } }, topologyKey: "kubernetes.io/hostname" },
  });
  const preferences = [avoid("much", 100), avoid("less", 42)];
  const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: preferences } };
  const { queue, cluster } = schedulerOf([
    ...["a", "b", "c"].map((name) => node(name)),
    pod("less", { labels: { app: "less" }, spec: { nodeName: "b" } }),
    pod("much", { labels: { app: "much" }, spec: { nodeName: "c" } }),
    pod("p", { spec: { affinity } }),
  ]);
  const waiting = queue.take();
  const scorer = waiting && scoreInterPodAffinity(waiting, cluster);
  const scores = cluster.nodes.map((each) => scorer?.score(each) ?? 0);
  scorer?.normalize?.(scores, cluster.nodes);
  // A hundred times 0.58 is a little less than 58.
  expect(Object.fromEntries(cluster.nodes.map(({ name }, i) => [name, scores[i]]))).toEqual({ a: 100, b: 57, c: 0 });
});
