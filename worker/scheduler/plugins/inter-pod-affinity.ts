import type { PodAffinityTerm } from "../../../api/generated/core.v1.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { changesLabels, type NodeChange } from "../cluster/node-change.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import type { Plugin } from "../framework/plugin.ts";
import { affinityTerm, matcherOf } from "../topology/affinity-term.ts";
import { scoreInterPodAffinity } from "../topology/inter-pod-affinity-score.ts";
import { TopologyCounts } from "../topology/topology-counts.ts";

const NAME = "InterPodAffinity";
const refuse = (reason: string, resolvable: boolean): Refusal => ({ plugin: NAME, reasons: [reason], resolvable });
const noPartner = refuse("node(s) didn't match pod affinity rules", false);
const repelled = refuse("node(s) didn't match pod anti-affinity rules", true);
const unwanted = refuse("node(s) didn't satisfy existing pods anti-affinity rules", true);

/** Affinity and anti-affinity between pods. */
export const interPodAffinity: Plugin = {
  name: NAME,
  weight: 2,
  filter: (pod, cluster) => {
    const own = pod.requiredAffinity.length + pod.requiredAntiAffinity.length;
    if (own === 0 && cluster.nodesWithAntiAffinity.size === 0) return undefined;
    const state = new AffinityState(pod, cluster);
    if (state.isEmpty) return undefined;
    return {
      check: (node) => state.check(node),
      adjust: (other, node, sign) => state.adjust(other, node, sign),
    };
  },
  scorer: scoreInterPodAffinity,
  helps: (change, pod, cluster) => {
    switch (change.kind) {
      case "assigned-pod":
        return change.previous
          ? comesNear(change.pod, change.previous, pod, cluster)
          : isCompany(change.pod, pod, cluster);
      case "assigned-pod-deleted":
        return isInTheWay(change.pod, pod, cluster);
      case "node":
        return movesNode(change, pod);
      default:
        return change.kind === "object" && change.resource === "namespaces" && selectsNamespaces(pod);
    }
  },
};

/**
 * Whether the node moves into a topology domain of the pod's terms, or out of one that it avoids. A pod without terms
 * that others avoid is helped by any node.
 */
function movesNode(change: NodeChange, { requiredAffinity, requiredAntiAffinity }: PendingPod): boolean {
  const { node, previous } = change;
  if (requiredAffinity.length + requiredAntiAffinity.length === 0) return !previous || changesLabels(change);
  const [now = {}, before = {}] = [node.metadata.labels, previous?.metadata.labels];
  if (!previous)
    return requiredAntiAffinity.length > 0 || requiredAffinity.some(({ topologyKey }) => topologyKey in now);
  const differs = ({ topologyKey }: PodAffinityTerm) => now[topologyKey] !== before[topologyKey];
  return (
    requiredAffinity.some((term) => term.topologyKey in now && differs(term)) ||
    requiredAntiAffinity.some((term) => term.topologyKey in before && differs(term))
  );
}

/** Whether the pod has affinity to the other one. */
const isCompany = (other: PodFacts, pod: PendingPod, cluster: Cluster): boolean =>
  pod.requiredAffinity.length > 0 &&
  pod.requiredAffinity.every((term) => affinityTerm(term, pod, cluster).means(other));

/** Whether either has anti-affinity to the other. */
const isInTheWay = (other: PodFacts, pod: PendingPod, cluster: Cluster): boolean =>
  pod.requiredAntiAffinity.some((term) => affinityTerm(term, pod, cluster).means(other)) ||
  other.requiredAntiAffinity.some((term) => affinityTerm(term, other, cluster).means(pod));

/** A pod's labels changed: it now attracts the pod, or no longer repels it. */
const comesNear = (next: PodFacts, previous: PodFacts, pod: PendingPod, cluster: Cluster): boolean =>
  (isCompany(next, pod, cluster) && !isCompany(previous, pod, cluster)) ||
  (isInTheWay(previous, pod, cluster) && !isInTheWay(next, pod, cluster));

const selectsNamespaces = ({ requiredAffinity, requiredAntiAffinity }: PendingPod): boolean =>
  [...requiredAffinity, ...requiredAntiAffinity].some(({ namespaceSelector }) => namespaceSelector !== undefined);

/** Pods by domain: those that avoid this one, those that it wants, and those that it avoids. */
class AffinityState {
  readonly #pod: PendingPod;
  readonly #cluster: Cluster;
  readonly #unwanted = new TopologyCounts();
  readonly #wanted = new TopologyCounts();
  readonly #repelled = new TopologyCounts();
  readonly #isWanted: (pod: PodFacts) => boolean;
  readonly #repellers: readonly { readonly topologyKey: string; readonly means: (pod: PodFacts) => boolean }[];

  constructor(pod: PendingPod, cluster: Cluster) {
    this.#pod = pod;
    this.#cluster = cluster;
    for (const node of cluster.nodesWithAntiAffinity.keys())
      for (const other of node.pods.values()) this.#countUnwanted(other, node, 1);
    const wanted = matcherOf(pod.requiredAffinity, pod, cluster);
    this.#isWanted = wanted.matches;
    if (pod.requiredAffinity.length > 0)
      for (const [node, count] of cluster.podCounts(wanted))
        for (const { topologyKey } of pod.requiredAffinity) this.#wanted.add(topologyKey, node, count);
    this.#repellers = pod.requiredAntiAffinity.map((term) => affinityTerm(term, pod, cluster));
    for (const term of pod.requiredAntiAffinity)
      for (const [node, count] of cluster.podCounts(matcherOf([term], pod, cluster)))
        this.#repelled.add(term.topologyKey, node, count);
  }

  get isEmpty(): boolean {
    const { requiredAffinity, requiredAntiAffinity } = this.#pod;
    return requiredAffinity.length === 0 && requiredAntiAffinity.length === 0 && this.#unwanted.isEmpty;
  }

  check(node: NodeInfo): Refusal | undefined {
    if (!this.#hasPartners(node)) return noPartner;
    if (this.#repellers.some(({ topologyKey }) => this.#repelled.at(topologyKey, node) > 0)) return repelled;
    return this.#unwanted.anyAt(node) ? unwanted : undefined;
  }

  adjust(other: PodFacts, node: NodeInfo, sign: 1 | -1): void {
    this.#countUnwanted(other, node, sign);
    const { requiredAffinity } = this.#pod;
    if (requiredAffinity.length > 0 && this.#isWanted(other))
      for (const { topologyKey } of requiredAffinity) this.#wanted.add(topologyKey, node, sign);
    for (const { topologyKey, means } of this.#repellers) if (means(other)) this.#repelled.add(topologyKey, node, sign);
  }

  #hasPartners(node: NodeInfo): boolean {
    const { requiredAffinity } = this.#pod;
    let all = true;
    for (const { topologyKey } of requiredAffinity) {
      if (node.labels[topologyKey] === undefined) return false;
      all &&= this.#wanted.at(topologyKey, node) > 0;
    }
    // The first of a group with affinity to itself has no company yet.
    return all || (this.#wanted.isEmpty && this.#isWanted(this.#pod));
  }

  #countUnwanted(other: PodFacts, node: NodeInfo, sign: 1 | -1): void {
    for (const term of other.requiredAntiAffinity)
      if (affinityTerm(term, other, this.#cluster).means(this.#pod)) this.#unwanted.add(term.topologyKey, node, sign);
  }
}
