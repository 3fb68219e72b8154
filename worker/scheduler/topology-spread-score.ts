/** Prefers domains with fewer pods of the kind: PodTopologySpread's score. */
import type { ReplicaSet, StatefulSet } from "../../api/generated/apps.v1.ts";
import type { ReplicationController, Service } from "../../api/generated/core.v1.ts";
import { labelSelectorRequirements } from "../../api/machinery/selector.ts";
import type { Requirement } from "../../api/store.ts";
import type { Cluster } from "./cluster.ts";
import type { NodeInfo } from "./node-info.ts";
import { MAX_NODE_SCORE, type NodeScorer, type PendingPod } from "./plugin.ts";
import { type SpreadConstraint, spreadConstraint, spreadConstraints } from "./spread-constraint.ts";

const HOSTNAME = "kubernetes.io/hostname";
/** What kube-scheduler asks for pods that say nothing and belong to something. */
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
  // The defaults do not mind nodes that lack a label.
  const ignored = ({ labels }: NodeInfo) =>
    own !== undefined && constraints.some(({ topologyKey }) => labels[topologyKey] === undefined);
  const parts = constraints.map((constraint) => partOf(constraint, { cluster, nodes, ignored }));
  return {
    score: (node) => (ignored(node) ? 0 : Math.round(parts.reduce((sum, part) => sum + part(node), 0))),
    normalize: (scores) => invert(scores, nodes.map(ignored)),
  };
}

/** What one constraint says of a node: the pods in its domain, weighed by how many domains there are. */
function partOf(
  { topologyKey, maxSkew, matcher, counts }: SpreadConstraint,
  { cluster, nodes, ignored }: { cluster: Cluster; nodes: readonly NodeInfo[]; ignored: (node: NodeInfo) => boolean },
): (node: NodeInfo) => number {
  const byNode = cluster.podCounts(matcher);
  const domains = new Map<string, number>();
  let size = 0;
  for (const node of nodes) {
    if (ignored(node)) continue;
    size++;
    const value = node.labels[topologyKey];
    if (value !== undefined) domains.set(value, 0);
  }
  if (topologyKey !== HOSTNAME) {
    size = domains.size;
    for (const [node, count] of byNode) {
      const value = node.labels[topologyKey];
      const before = value === undefined ? undefined : domains.get(value);
      if (value !== undefined && before !== undefined && !ignored(node) && counts(node))
        domains.set(value, before + count);
    }
  }
  const weight = Math.log(size + 2);
  return (node) => {
    const value = node.labels[topologyKey];
    if (value === undefined) return 0;
    const count = topologyKey === HOSTNAME ? (byNode.get(node) ?? 0) : (domains.get(value) ?? 0);
    return count * weight + (maxSkew - 1);
  };
}

/** Fewer pods is better; nodes that do not take part get nothing. */
function invert(scores: number[], ignored: readonly boolean[]): void {
  const taking = scores.filter((_, i) => !ignored[i]);
  const least = taking.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = taking.reduce((a, b) => Math.max(a, b), 0);
  for (let i = 0; i < scores.length; i++) {
    if (ignored[i]) scores[i] = 0;
    else if (most === 0) scores[i] = MAX_NODE_SCORE;
    else scores[i] = Math.trunc((MAX_NODE_SCORE * (most + least - (scores[i] ?? 0))) / most);
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
  for (const { metadata, spec } of cluster.list<Service>("services")) {
    const selector = spec.selector ?? {};
    const entries = Object.entries(selector);
    if (metadata.namespace !== pod.namespace || entries.length === 0) continue;
    if (entries.every(([key, value]) => pod.labels[key] === value)) Object.assign(exact, selector);
  }
  const owner = pod.pod.metadata.ownerReferences?.find(({ controller }) => controller);
  const find = <T extends ReplicaSet | StatefulSet | ReplicationController>(resource: string) =>
    cluster.get<T>(resource, pod.namespace, owner?.name ?? "");
  let selector = {};
  switch (owner && `${owner.apiVersion} ${owner.kind}`) {
    case "v1 ReplicationController":
      Object.assign(exact, find<ReplicationController>("replicationcontrollers")?.spec.selector);
      break;
    case "apps/v1 ReplicaSet":
      selector = find<ReplicaSet>("replicasets.apps")?.spec.selector ?? {};
      break;
    case "apps/v1 StatefulSet":
      selector = find<StatefulSet>("statefulsets.apps")?.spec.selector ?? {};
      break;
  }
  return [...labelSelectorRequirements({ matchLabels: exact }), ...labelSelectorRequirements(selector)];
}
