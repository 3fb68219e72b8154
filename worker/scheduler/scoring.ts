/** Which of the nodes that do is best. */
import type { Cluster } from "./cluster.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PendingPod } from "./plugin.ts";
import { plugins } from "./plugins/index.ts";

export interface Choice {
  readonly nodes: readonly NodeInfo[];
  /** What each scores already. */
  readonly scores: readonly number[];
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

/** The node with the highest score; among equals, any. */
export function bestNode(pod: PendingPod, cluster: Cluster, { nodes, scores, random }: Choice): NodeInfo | undefined {
  let best = nodes[0];
  if (nodes.length <= 1) return best;
  const totals = totalScores(pod, cluster, { nodes, scores });
  let highest = totals[0] ?? 0;
  let equals = 1;
  for (let i = 1; i < nodes.length; i++) {
    const total = totals[i] ?? 0;
    if (total < highest) continue;
    if (total > highest) {
      highest = total;
      equals = 1;
      best = nodes[i];
    } else if (random() < 1 / ++equals) best = nodes[i];
  }
  return best;
}

function totalScores(
  pod: PendingPod,
  cluster: Cluster,
  { nodes, scores: known }: Omit<Choice, "random">,
): readonly number[] {
  const totals = [...known];
  for (const { scorer: prepare, weight = 1 } of plugins) {
    const scorer = prepare?.(pod, cluster, nodes);
    if (!scorer) continue;
    const scores = nodes.map(scorer.score);
    scorer.normalize?.(scores, nodes);
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + weight * (scores[i] ?? 0);
  }
  return totals;
}
