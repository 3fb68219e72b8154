/** What a plugin says of nodes, for one pod or for all pods of a shape. */
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PodFacts } from "../cluster/pod-facts.ts";

/** Why a node, or every node, does not do. */
export interface Refusal {
  readonly plugin: string;
  /** In kube-scheduler's words. */
  readonly reasons: readonly string[];
  /** Fewer pods on the node could help (Unschedulable rather than UnschedulableAndUnresolvable). */
  readonly resolvable: boolean;
  /** The pod is not tried at all, and nothing is said of it: Kubernetes' PreEnqueue. */
  readonly silent?: boolean;
}

export const isRefusal = (answer: object): answer is Refusal => "reasons" in answer;

export interface NodeFilter {
  /** Only these nodes come into question. */
  readonly only?: ReadonlySet<string>;
  readonly check: (node: NodeInfo) => Refusal | undefined;
  /** Preemption tries the node with (1) or without (-1) one of its pods. */
  readonly adjust?: (pod: PodFacts, node: NodeInfo, sign: 1 | -1) => void;
}
