/**
 * A plugin of the scheduling cycle: for a pod it provides a filter and a scorer over nodes, or nothing. Preparing them
 * corresponds to Kubernetes' PreFilter and PreScore; the state is kept in closures.
 */
import type { Cluster } from "../cluster/cluster.ts";
import type { ClusterChange } from "../cluster/cluster-change.ts";
import type { NodeFilter, Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { PodShape } from "../cluster/pod-shape.ts";

export interface NodeScorer {
  readonly score: (node: NodeInfo) => number;
  /** Normalizes all nodes' scores to integers of 0…100, in place; without it they are already. */
  readonly normalize?: (scores: number[], nodes: readonly NodeInfo[]) => void;
}

export interface Plugin {
  readonly name: string;
  /** The weight of its score. */
  readonly weight?: number;
  /** A Refusal holds for all nodes. `now`: ms since the epoch. */
  readonly filter?: (pod: PendingPod, cluster: Cluster, now: number) => NodeFilter | Refusal | undefined;
  /**
   * The same for what depends on a node alone: results are valid for all pods of the shape until the node, or the
   * cluster's device classes, change.
   */
  readonly nodeFilter?: (shape: PodShape, cluster: Cluster) => NodeFilter | Refusal | undefined;
  readonly nodeScore?: (shape: PodShape) => ((node: NodeInfo) => number) | undefined;
  readonly scorer?: (pod: PendingPod, cluster: Cluster, nodes: readonly NodeInfo[]) => NodeScorer | undefined;
  /**
   * Only {@link helps} decides whether a change of a node's taints helps. For other plugins each such change helps, as
   * in kube-scheduler: they may not have seen a node that was added with a taint.
   */
  readonly judgesTaints?: true;
  /** Whether the change may make a pod schedulable that this plugin refused: Kubernetes' queueing hint. */
  readonly helps: (change: ClusterChange, pod: PendingPod, cluster: Cluster) => boolean;
}

export const MAX_NODE_SCORE = 100;

/** Scales scores so that the largest becomes 100; `reversed` if less is better. */
export function normalizeByLargest(scores: number[], order: "more" | "less"): void {
  const largest = scores.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < scores.length; i++) {
    const scaled = largest === 0 ? 0 : Math.trunc(((scores[i] ?? 0) * MAX_NODE_SCORE) / largest);
    scores[i] = order === "more" ? scaled : MAX_NODE_SCORE - scaled;
  }
}
