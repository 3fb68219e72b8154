/** Resource usage of a node and its pods, as reported on request; none of it is stored. */

export interface Usage {
  /** Billionths of a CPU, on average over the window. */
  readonly cpuNanocores: number;
  /** The working set. */
  readonly memoryBytes: number;
}

export interface PodUsage {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containers: readonly ({ readonly name: string } & Usage)[];
}

export interface NodeUsage extends Usage {
  readonly node: string;
  /** The end of the window (ms since the epoch). */
  readonly at: number;
  readonly windowMs: number;
  readonly pods: readonly PodUsage[];
}

/** The control plane asks; the node answers over its link with the same id. */
export interface UsageCall {
  readonly type: "usage";
  readonly id: string;
}
export interface UsageResponse extends UsageCall {
  readonly usage: NodeUsage;
}
