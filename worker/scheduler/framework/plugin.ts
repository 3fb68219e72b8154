/**
 * What a plugin of the scheduling cycle is: for one pod it answers a filter and a scorer over nodes, or that it has
 * nothing to say. Preparing them is Kubernetes' PreFilter and PreScore; the state they keep is the closure's own.
 */
import type { Cluster } from "../cluster/cluster.ts";
import type { ClusterChange } from "../cluster/cluster-change.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import type { PodShape } from "../cluster/pod-shape.ts";
import type { NodeFilter, Refusal } from "./node-filter.ts";

export interface NodeScorer {
  readonly score: (node: NodeInfo) => number;
  /** Brings all nodes' scores to whole numbers of 0…100, in place; without it they are already. */
  readonly normalize?: (scores: number[], nodes: readonly NodeInfo[]) => void;
}

export interface Plugin {
  readonly name: string;
  /** How much its score counts. */
  readonly weight?: number;
  /** A Refusal holds for all nodes. `now`: ms since the epoch. */
  readonly filter?: (pod: PendingPod, cluster: Cluster, now: number) => NodeFilter | Refusal | undefined;
  /**
   * The same of what looks at a node alone: what it says holds for all pods of the shape, until the node changes, or the cluster's
   * device classes do.
   */
  readonly nodeFilter?: (shape: PodShape, cluster: Cluster) => NodeFilter | Refusal | undefined;
  readonly nodeScore?: (shape: PodShape) => ((node: NodeInfo) => number) | undefined;
  readonly scorer?: (pod: PendingPod, cluster: Cluster, nodes: readonly NodeInfo[]) => NodeScorer | undefined;
  /**
   * Nothing but {@link helps} says whether it helps that a node's taints changed. Of others, as in kube-scheduler, each such
   * change helps: a node that came with a taint may be news to them only when it has lost it.
   */
  readonly judgesTaints?: true;
  /** Whether the change may let a pod pass that this plugin refused: Kubernetes' queueing hint. */
  readonly helps: (change: ClusterChange, pod: PendingPod, cluster: Cluster) => boolean;
}

export const MAX_NODE_SCORE = 100;

/** Scales scores so that the largest is 100; `reversed` where less is better. */
export function normalizeByLargest(scores: number[], order: "more" | "less"): void {
  const largest = scores.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < scores.length; i++) {
    const scaled = largest === 0 ? 0 : Math.trunc(((scores[i] ?? 0) * MAX_NODE_SCORE) / largest);
    scores[i] = order === "more" ? scaled : MAX_NODE_SCORE - scaled;
  }
}
