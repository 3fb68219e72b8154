import type { Node } from "../../../api/generated/core.v1.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { changesTaints, type NodeChange } from "../cluster/node-change.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { type SpreadConstraint, spreadConstraints } from "../topology/spread-constraint.ts";
import { scoreTopologySpread } from "../topology/topology-spread-score.ts";

const NAME = "PodTopologySpread";
const skewed: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't match pod topology spread constraints"],
  resolvable: true,
};
const unlabelled: Refusal = {
  plugin: NAME,
  reasons: ["node(s) didn't match pod topology spread constraints (missing required label)"],
  resolvable: false,
};

/** Spreads matching pods over topology domains, within the allowed skew. */
export const podTopologySpread: Plugin = {
  name: NAME,
  weight: 2,
  filter: (pod, cluster) => {
    const constraints = spreadConstraints(pod, "DoNotSchedule");
    if (constraints.length === 0) return undefined;
    const spreads = constraints.map((constraint) => new Spread(constraint, constraints, cluster));
    return {
      check: (node) => {
        for (const spread of spreads) {
          const refusal = spread.check(node);
          if (refusal) return refusal;
        }
        return undefined;
      },
      adjust: (other, node, sign) => {
        for (const spread of spreads) spread.adjust(other, node, sign);
      },
    };
  },
  scorer: scoreTopologySpread,
  judgesTaints: true,
  helps: (change, pod) => {
    switch (change.kind) {
      case "node":
        return movesDomains(change, pod);
      case "node-deleted":
        return isInDomains(change.node, pod);
      case "assigned-pod": {
        const { pod: other, previous } = change;
        if (!previous) return isSpreadWith(other, pod);
        return constraintsOf(pod).some(({ isSpread }) => isSpread(other) !== isSpread(previous));
      }
      case "assigned-pod-deleted":
        return isSpreadWith(change.pod, pod);
      default:
        return false;
    }
  },
};

const constraintsOf = (pod: PendingPod) => spreadConstraints(pod, "DoNotSchedule");

const isSpreadWith = (other: PodFacts, pod: PendingPod): boolean =>
  constraintsOf(pod).some(({ isSpread }) => isSpread(other));

/** Whether the node has all labels by which the pod is spread. */
const isInDomains = ({ metadata: { labels = {} } }: Node, pod: PendingPod): boolean =>
  constraintsOf(pod).every(({ topologyKey }) => topologyKey in labels);

/** Whether the node enters or leaves a domain, or begins or ceases to count in it. */
function movesDomains(change: NodeChange, pod: PendingPod): boolean {
  const { node, previous } = change;
  const isIn = isInDomains(node, pod);
  if (!previous || isIn !== isInDomains(previous, pod)) return previous ? true : isIn;
  const domainOf = ({ metadata: { labels = {} } }: Node, key: string) => labels[key];
  const moved = constraintsOf(pod).some(
    ({ topologyKey }) => domainOf(node, topologyKey) !== domainOf(previous, topologyKey),
  );
  return isIn && (moved || changesTaints(change));
}

/** One constraint's matching pods by domain. */
class Spread {
  readonly #constraint: SpreadConstraint;
  readonly #domains = new Map<string, number>();
  readonly #takesPart: (node: NodeInfo) => boolean;
  #least: number | undefined;

  constructor(constraint: SpreadConstraint, all: readonly SpreadConstraint[], cluster: Cluster) {
    this.#constraint = constraint;
    // Domains consist of nodes that have all the labels, and that the pod could be on.
    this.#takesPart = (node) =>
      all.every(({ topologyKey }) => node.labels[topologyKey] !== undefined) && (constraint.counts?.(node) ?? true);
    const counts = cluster.podCounts(constraint.matcher);
    for (const node of cluster.nodes) if (this.#takesPart(node)) this.#count(node, counts.get(node) ?? 0);
  }

  check(node: NodeInfo): Refusal | undefined {
    const { topologyKey, selfMatch, maxSkew } = this.#constraint;
    const value = node.labels[topologyKey];
    if (value === undefined) return unlabelled;
    const skew = (this.#domains.get(value) ?? 0) + Number(selfMatch) - this.#leastMatched();
    return skew > maxSkew ? skewed : undefined;
  }

  adjust(other: PodFacts, node: NodeInfo, sign: 1 | -1): void {
    if (this.#constraint.isSpread(other) && this.#takesPart(node)) this.#count(node, sign);
  }

  #count(node: NodeInfo, amount: number): void {
    const value = node.labels[this.#constraint.topologyKey] ?? "";
    this.#domains.set(value, (this.#domains.get(value) ?? 0) + amount);
    this.#least = undefined;
  }

  /** With fewer domains than minDomains, the minimum is that of future domains: zero. */
  #leastMatched(): number {
    if (this.#domains.size < this.#constraint.minDomains) return 0;
    if (this.#least === undefined) {
      this.#least = Number.POSITIVE_INFINITY;
      for (const count of this.#domains.values()) if (count < this.#least) this.#least = count;
    }
    return this.#least;
  }
}
