/** Picks the best of the feasible nodes. */
import type { Cluster } from "./cluster/cluster.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import type { PendingPod } from "./cluster/pod-facts.ts";
import type { Shortlist } from "./cluster/shortlist.ts";
import { plugins } from "./plugins/index.ts";

/**
 * The node with the highest score; among equals, any: `random` is 0 ≤ x < 1. Updates the list's scores to the totals.
 */
export function bestNode(
  pod: PendingPod,
  cluster: Cluster,
  { among, random }: { readonly among: Shortlist; readonly random: () => number },
): NodeInfo | undefined {
  const { nodes, scores } = among;
  if (nodes.length <= 1) return nodes[0];
  addScores(pod, cluster, among);
  let highest = Number.NEGATIVE_INFINITY;
  let best = 0;
  let equals = 0;
  for (let i = 0; i < nodes.length; i++) {
    const score = scores[i] ?? 0;
    if (score < highest) continue;
    equals = score > highest ? 1 : equals + 1;
    highest = score;
    if (equals === 1 || random() < 1 / equals) best = i;
  }
  return nodes[best];
}

function addScores(pod: PendingPod, cluster: Cluster, { nodes, scores: totals }: Shortlist): void {
  for (const { scorer: prepare, weight = 1 } of plugins) {
    const scorer = prepare?.(pod, cluster, nodes);
    if (!scorer) continue;
    const scores = nodes.map(scorer.score);
    scorer.normalize?.(scores, nodes);
    for (let i = 0; i < scores.length; i++) totals[i] = (totals[i] ?? 0) + weight * (scores[i] ?? 0);
  }
}
