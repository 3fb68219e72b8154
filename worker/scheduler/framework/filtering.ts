/** Which nodes a pod may go to, and why not to the others. */
import type { Cluster } from "../cluster/cluster.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import { type PodShape, shapeKey, shapeOf } from "../cluster/pod-shape.ts";
import { plugins } from "../plugins/index.ts";
import { isRefusal, type Refusal } from "./node-filter.ts";
import { firstRefusal, NodeVerdicts, type PreparedFilter } from "./node-verdicts.ts";
import type { Shortlist } from "./shortlist.ts";

export interface Prepared {
  /** All that have something to say of the pod, in their order. */
  readonly filters: readonly PreparedFilter[];
  /** Those that look at a node alone, with what they said already. */
  readonly verdicts: NodeVerdicts;
  /** Those that look at more. */
  readonly others: readonly PreparedFilter[];
}

/** The filters that have something to say of the pod, or the refusal that holds for all nodes. */
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
  // Who names its node, as each pod of a DaemonSet does, has no equals.
  const hasEquals = !filters.some(({ filter }) => filter.only);
  const verdicts = new NodeVerdicts(filters, scores, hasEquals ? cluster.nodes.length : 0);
  if (hasEquals) cluster.verdicts.set(key, verdicts);
  return verdicts;
}

export interface Feasibility {
  /** With what each scores with the plugins that look at a node alone; the cluster's own list. */
  readonly feasible: Shortlist;
  readonly refusals: ReadonlyMap<NodeInfo, Refusal>;
  /** How many nodes were looked at. */
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
  const leftOut = narrowing(filters);
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

/** Some filters name the nodes that come into question; the others are refused in all their names. */
function narrowing(filters: readonly PreparedFilter[]): ((node: NodeInfo) => Refusal | undefined) | undefined {
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

/** Room that is being made for pods of at least this priority is taken, with and without them the pod must fit. */
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

/** Puts a pod on the node (1), or takes it off (-1), for as long as it is tried. */
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

/** Of large clusters a part is enough: kube-scheduler's adaptive percentageOfNodesToScore. */
export function nodesToFind(nodes: number): number {
  if (nodes < FEW_NODES) return nodes;
  const percentage = Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  return Math.max(FEW_NODES, Math.trunc((nodes * percentage) / 100));
}
