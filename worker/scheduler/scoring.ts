/** Which of the nodes that do is best. */
import type { Cluster } from "./cluster.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PendingPod } from "./plugin.ts";
import { plugins } from "./plugins/index.ts";

/** The node with the highest score; among equals, any. `random` answers 0 ≤ x < 1. */
export function bestNode(
  pod: PendingPod,
  cluster: Cluster,
  { nodes, random }: { readonly nodes: readonly [NodeInfo, ...NodeInfo[]]; readonly random: () => number },
): NodeInfo {
  if (nodes.length === 1) return nodes[0];
  const totals = totalScores(pod, cluster, nodes);
  let best = nodes[0];
  let highest = totals[0] ?? 0;
  let equals = 1;
  for (let i = 1; i < nodes.length; i++) {
    const [node, total = 0] = [nodes[i], totals[i]];
    if (!node || total < highest) continue;
    if (total > highest) {
      highest = total;
      equals = 1;
      best = node;
    } else if (random() < 1 / ++equals) best = node;
  }
  return best;
}

function totalScores(pod: PendingPod, cluster: Cluster, nodes: readonly NodeInfo[]): number[] {
  const totals = new Array<number>(nodes.length).fill(0);
  for (const { scorer: prepare, weight = 1 } of plugins) {
    const scorer = prepare?.(pod, cluster, nodes);
    if (!scorer) continue;
    const scores = nodes.map(scorer.score);
    scorer.normalize?.(scores, nodes);
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + weight * (scores[i] ?? 0);
  }
  return totals;
}
