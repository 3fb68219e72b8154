/** A plugin's verdicts on nodes, for one pod or for all pods of a shape. */
import type { NodeInfo } from "./node-info.ts";
import type { PodFacts } from "./pod-facts.ts";

/** Why a node, or every node, does not fit. */
export interface Refusal {
  readonly plugin: string;
  /** Worded as in kube-scheduler. */
  readonly reasons: readonly string[];
  /** Whether fewer pods on the node could help (Unschedulable rather than UnschedulableAndUnresolvable). */
  readonly resolvable: boolean;
  /** The pod is not tried at all, and nothing is reported: Kubernetes' PreEnqueue. */
  readonly silent?: boolean;
}

export const isRefusal = (result: object): result is Refusal => "reasons" in result;

export interface NodeFilter {
  /** The only candidate nodes. */
  readonly only?: ReadonlySet<string>;
  readonly check: (node: NodeInfo) => Refusal | undefined;
  /** Preemption tries the node with (1) or without (-1) one of its pods. */
  readonly adjust?: (pod: PodFacts, node: NodeInfo, sign: 1 | -1) => void;
}
