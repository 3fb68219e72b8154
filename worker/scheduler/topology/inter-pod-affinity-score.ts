/** How strongly pods prefer to be near each other, by domain: InterPodAffinity's score. */

import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import { MAX_NODE_SCORE, type NodeScorer } from "../framework/plugin.ts";
import { affinityTerm, matcherOf } from "./affinity-term.ts";
import { TopologyCounts } from "./topology-counts.ts";

/** The weight of another pod's required term. */
const HARD_WEIGHT = 1;

export function scoreInterPodAffinity(pod: PendingPod, cluster: Cluster): NodeScorer | undefined {
  if (pod.preferredAffinity.length === 0 && cluster.nodesWithAffinity.size === 0) return undefined;
  const worth = new TopologyCounts();
  for (const { term, weight } of pod.preferredAffinity)
    for (const [node, count] of cluster.podCounts(matcherOf([term], pod, cluster)))
      worth.add(term.topologyKey, node, weight * count);
  for (const node of cluster.nodesWithAffinity.keys())
    for (const other of node.pods.values()) addTerms(worth, other, { node, pod, cluster });
  if (worth.isEmpty) return undefined;
  return { score: (node) => worth.total(node), normalize: spread };
}

/** Adds the preferences of another pod about this one. */
function addTerms(
  worth: TopologyCounts,
  other: PodFacts,
  { node, pod, cluster }: { node: NodeInfo; pod: PendingPod; cluster: Cluster },
): void {
  for (const term of other.requiredAffinity)
    if (affinityTerm(term, other, cluster).means(pod)) worth.add(term.topologyKey, node, HARD_WEIGHT);
  for (const { term, weight } of other.preferredAffinity)
    if (affinityTerm(term, other, cluster).means(pod)) worth.add(term.topologyKey, node, weight);
}

/** Scales to 0 for the lowest and 100 for the highest, with kube-scheduler's rounding: it divides first. */
function spread(scores: number[]): void {
  const least = scores.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  for (let i = 0; i < scores.length; i++)
    scores[i] = most > least ? Math.trunc(MAX_NODE_SCORE * (((scores[i] ?? 0) - least) / (most - least))) : 0;
}
