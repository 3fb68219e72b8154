/** Prefers domains with fewer matching pods: PodTopologySpread's score. */
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { labelSelectorRequirements } from "../../../api/machinery/selectors/selector.ts";
import type { GroupResource } from "../../../api/store/store.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod } from "../cluster/pod-facts.ts";
import { MAX_NODE_SCORE, type NodeScorer } from "../framework/plugin.ts";
import { type SpreadConstraint, spreadConstraint, spreadConstraints } from "./spread-constraint.ts";

const HOSTNAME = "kubernetes.io/hostname";
/** kube-scheduler's default constraints for pods that have none and belong to something. */
const DEFAULTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", maxSkew: 5 },
] as const;

export function scoreTopologySpread(
  pod: PendingPod,
  cluster: Cluster,
  nodes: readonly NodeInfo[],
): NodeScorer | undefined {
  const own = pod.pod.spec.topologySpreadConstraints?.length ? spreadConstraints(pod, "ScheduleAnyway") : undefined;
  const constraints = own ?? defaultConstraints(pod, cluster);
  if (constraints.length === 0) return undefined;
  // The defaults ignore that nodes lack a label.
  const keys = own?.map(({ topologyKey }) => topologyKey).filter((key) => cluster.domains(key).has(undefined)) ?? [];
  const ignores =
    keys.length === 0 ? undefined : ({ labels }: NodeInfo) => keys.some((key) => labels[key] === undefined);
  const taking = ignores ? nodes.filter((node) => !ignores(node)) : nodes;
  const parts = constraints.map((constraint) => partOf(constraint, { cluster, taking, ignores }));
  return {
    score: (node) => {
      if (ignores?.(node)) return IGNORED;
      let sum = 0;
      for (const part of parts) sum += part(node);
      return Math.round(sum);
    },
    normalize: invert,
  };
}

/** Marks ignored nodes; scores are never negative. */
const IGNORED = -1;

interface Scene {
  readonly cluster: Cluster;
  /** The candidates that are not ignored. */
  readonly taking: readonly NodeInfo[];
  /** Whether the node lacks one of the labels, so that its pods do not count; undefined: none does. */
  readonly ignores: ((node: NodeInfo) => boolean) | undefined;
}

/** One constraint's score of a node: the pods in its domain, weighted by the number of domains. */
function partOf(
  { topologyKey, maxSkew, matcher, counts }: SpreadConstraint,
  { cluster, taking, ignores }: Scene,
): (node: NodeInfo) => number {
  if (topologyKey === HOSTNAME) {
    const byNode = cluster.podCounts(matcher);
    const weight = Math.log(taking.length + 2);
    return (node) => (node.labels[HOSTNAME] === undefined ? 0 : (byNode.get(node) ?? 0) * weight + (maxSkew - 1));
  }
  let domains: ReadonlyMap<string, number>;
  if (!counts && !ignores) domains = cluster.podCountsByDomain(matcher, topologyKey);
  else {
    const sums = new Map<string, number>();
    for (const [node, count] of cluster.podCounts(matcher)) {
      const value = node.labels[topologyKey];
      if (value === undefined || ignores?.(node) || !(counts?.(node) ?? true)) continue;
      sums.set(value, (sums.get(value) ?? 0) + count);
    }
    domains = sums;
  }
  const weight = Math.log(domainsAmong(taking, topologyKey, cluster.domains(topologyKey).size) + 2);
  return ({ labels }) => {
    const value = labels[topologyKey];
    return value === undefined ? 0 : (domains.get(value) ?? 0) * weight + (maxSkew - 1);
  };
}

/** Nodes without the label are a domain, too. Nodes alternate between zones, so the first few mostly show all domains. */
function domainsAmong(nodes: readonly NodeInfo[], topologyKey: string, all: number): number {
  const values = new Set<string | undefined>();
  for (const { labels } of nodes) {
    if (values.size === all) break;
    values.add(labels[topologyKey]);
  }
  return values.size;
}

/** Fewer pods are better; nodes that do not take part get nothing. */
function invert(scores: number[]): void {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const score of scores) {
    if (score === IGNORED) continue;
    if (score < least) least = score;
    if (score > most) most = score;
  }
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] ?? IGNORED;
    if (score === IGNORED) scores[i] = 0;
    else scores[i] = most === 0 ? MAX_NODE_SCORE : Math.trunc((MAX_NODE_SCORE * (most + least - score)) / most);
  }
}

function defaultConstraints(pod: PendingPod, cluster: Cluster): SpreadConstraint[] {
  const requirements = kinOf(pod, cluster);
  if (requirements.length === 0) return [];
  return DEFAULTS.map((constraint) => spreadConstraint(constraint, requirements, pod));
}

/** The pods of the same services and the same controller. */
function kinOf(pod: PendingPod, cluster: Cluster): Requirement[] {
  const exact: Record<string, string> = {};
  for (const { spec } of cluster.listIn("services", pod.namespace)) {
    const selector = spec.selector ?? {};
    const entries = Object.entries(selector);
    if (entries.length === 0) continue;
    if (entries.every(([key, value]) => pod.labels[key] === value)) Object.assign(exact, selector);
  }
  const owner = pod.pod.metadata.ownerReferences?.find(({ controller }) => controller);
  const find = <R extends GroupResource>(resource: R) => cluster.get(resource, pod.namespace, owner?.name ?? "");
  let selector = {};
  switch (owner && `${owner.apiVersion} ${owner.kind}`) {
    case "v1 ReplicationController":
      Object.assign(exact, find("replicationcontrollers")?.spec.selector);
      break;
    case "apps/v1 ReplicaSet":
      selector = find("replicasets.apps")?.spec.selector ?? {};
      break;
    case "apps/v1 StatefulSet":
      selector = find("statefulsets.apps")?.spec.selector ?? {};
      break;
  }
  return [...labelSelectorRequirements({ matchLabels: exact }), ...labelSelectorRequirements(selector)];
}
