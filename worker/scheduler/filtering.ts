/** Which nodes a pod may go to, and why not to the others. */
import type { Cluster } from "./cluster/cluster.ts";
import { isRefusal, type Refusal } from "./cluster/node-filter.ts";
import type { NodeInfo } from "./cluster/node-info.ts";
import { firstRefusal, NodeVerdicts, type PreparedFilter } from "./cluster/node-verdicts.ts";
import type { PendingPod, PodFacts } from "./cluster/pod-facts.ts";
import { type PodShape, shapeKey, shapeOf } from "./cluster/pod-shape.ts";
import type { Shortlist } from "./cluster/shortlist.ts";
import { plugins } from "./plugins/index.ts";

export interface Prepared {
  /** All that apply to the pod, in order. */
  readonly filters: readonly PreparedFilter[];
  /** Filters that look at a node alone, with cached results. */
  readonly verdicts: NodeVerdicts;
  /** Filters that look at more than the node. */
  readonly others: readonly PreparedFilter[];
}

/** The filters that apply to the pod, or a refusal that holds for all nodes. */
export function prepareFilters(pod: PendingPod, cluster: Cluster, now: number): Prepared | Refusal {
  const verdicts = verdictsOf(shapeOf(pod), cluster);
  if (isRefusal(verdicts)) return verdicts;
  const others: PreparedFilter[] = [];
  for (const plugin of plugins) {
    const filter = plugin.filter?.(pod, cluster, now);
    if (!filter) continue;
    if (isRefusal(filter)) return filter;
    others.push({ plugin: plugin.name, filter });
  }
  return { filters: others.length === 0 ? verdicts.filters : [...verdicts.filters, ...others], verdicts, others };
}

function verdictsOf(shape: PodShape, cluster: Cluster): NodeVerdicts | Refusal {
  const key = shapeKey(shape);
  const known = cluster.verdicts.get(key);
  if (known) return known;
  const filters: PreparedFilter[] = [];
  for (const plugin of plugins) {
    const filter = plugin.nodeFilter?.(shape, cluster);
    if (!filter) continue;
    if (isRefusal(filter)) return filter;
    filters.push({ plugin: plugin.name, filter });
  }
  const scores = plugins.flatMap(({ nodeScore, weight = 1 }) => {
    const score = nodeScore?.(shape);
    return score ? [{ weight, score }] : [];
  });
  // A pod that names its node, like each pod of a DaemonSet, has no equals.
  const hasEquals = !filters.some(({ filter }) => filter.only);
  const verdicts = new NodeVerdicts(filters, scores, hasEquals ? cluster.nodes.length : 0);
  if (hasEquals) cluster.verdicts.set(key, verdicts);
  return verdicts;
}

export interface Feasibility {
  /** With each node's score by the plugins that look at a node alone; the list is owned by the cluster. */
  readonly feasible: Shortlist;
  readonly refusals: ReadonlyMap<NodeInfo, Refusal>;
  /** How many nodes were considered. */
  readonly looked: number;
}

export function findFeasible(
  pod: PendingPod,
  cluster: Cluster,
  { prepared, startAt }: { readonly prepared: Prepared; readonly startAt: number },
): Feasibility {
  const { filters, verdicts, others } = prepared;
  const all = cluster.nodes;
  const feasible = cluster.shortlist;
  const refusals = new Map<NodeInfo, Refusal>();
  const enough = nodesToFind(all.length);
  const leftOut = narrowingFilter(filters);
  const nobodyAwaited = !cluster.hasNominations;
  feasible.begin(enough);
  let looked = 0;
  for (let next = startAt; looked < all.length && feasible.length < enough; looked++) {
    const place = next < all.length ? next : 0;
    next = place + 1;
    const node = all[place];
    if (!node) continue;
    const refusal =
      leftOut?.(node) ??
      (nobodyAwaited || cluster.nominatedTo(node.name, pod).length === 0
        ? (verdicts.refusal(node, place) ?? firstRefusal(node, others))
        : refusalAt(node, pod, { filters, cluster }));
    if (refusal) refusals.set(node, refusal);
    else feasible.add(node, verdicts.score(node, place));
  }
  return { feasible, refusals, looked };
}

/** Some filters name the candidate nodes; all other nodes are refused in the names of those filters. */
function narrowingFilter(filters: readonly PreparedFilter[]): ((node: NodeInfo) => Refusal | undefined) | undefined {
  const naming = filters.filter(({ filter }) => filter.only !== undefined);
  const names = naming.map(({ plugin }) => plugin);
  if (naming.length === 0) return undefined;
  const refusal: Refusal = {
    plugin: names[0] ?? "",
    reasons: [`node(s) didn't satisfy plugin(s) [${names.join(" ")}]`],
    resolvable: false,
  };
  return (node) => (naming.every(({ filter }) => filter.only?.has(node.name)) ? undefined : refusal);
}

/** Room nominated to pods of at least this priority counts as taken; the pod must fit both with and without them. */
export function refusalAt(
  node: NodeInfo,
  pod: PendingPod,
  { filters, cluster }: { readonly filters: readonly PreparedFilter[]; readonly cluster: Cluster },
): Refusal | undefined {
  const nominated = cluster.nominatedTo(node.name, pod);
  if (nominated.length === 0) return firstRefusal(node, filters);
  for (const other of nominated) tryPod(other, node, { filters, sign: 1 });
  const refusal = firstRefusal(node, filters);
  for (const other of nominated) tryPod(other, node, { filters, sign: -1 });
  return refusal ?? firstRefusal(node, filters);
}

/** Adds a pod to the node (1), or removes it (-1), for a trial. */
export function tryPod(
  pod: PodFacts,
  node: NodeInfo,
  { filters, sign }: { readonly filters: readonly PreparedFilter[]; readonly sign: 1 | -1 },
): void {
  if (sign === 1) node.add(pod);
  else node.remove(pod);
  for (const { filter } of filters) filter.adjust?.(pod, node, sign);
}

const FEW_NODES = 100;
const LEAST_PERCENTAGE = 5;

/** In large clusters a fraction is enough: kube-scheduler's adaptive percentageOfNodesToScore. */
export function nodesToFind(nodes: number): number {
  if (nodes < FEW_NODES) return nodes;
  const percentage = Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  return Math.max(FEW_NODES, Math.trunc((nodes * percentage) / 100));
}
