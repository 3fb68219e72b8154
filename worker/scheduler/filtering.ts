/** Which nodes a pod may go to, and why not to the others. */
import type { Cluster } from "./cluster.ts";
import type { NodeInfo } from "./node-info.ts";
import { isRefusal, type NodeFilter, type PendingPod, type Plugin, type Refusal } from "./plugin.ts";
import { plugins } from "./plugins/index.ts";
import type { PodFacts } from "./pod-facts.ts";

export interface PreparedFilter {
  readonly plugin: Plugin;
  readonly filter: NodeFilter;
}

/** The filters that have something to say of the pod, or the refusal that holds for all nodes. */
export function prepareFilters(pod: PendingPod, cluster: Cluster): readonly PreparedFilter[] | Refusal {
  const prepared: PreparedFilter[] = [];
  for (const plugin of plugins) {
    const filter = plugin.filter?.(pod, cluster);
    if (!filter) continue;
    if (isRefusal(filter)) return filter;
    prepared.push({ plugin, filter });
  }
  return prepared;
}

export interface Feasibility {
  readonly feasible: readonly NodeInfo[];
  readonly refusals: ReadonlyMap<NodeInfo, Refusal>;
  /** How many nodes were looked at. */
  readonly looked: number;
}

export function findFeasible(
  pod: PendingPod,
  cluster: Cluster,
  { filters, startAt }: { readonly filters: readonly PreparedFilter[]; readonly startAt: number },
): Feasibility {
  const all = cluster.nodes;
  const feasible: NodeInfo[] = [];
  const refusals = new Map<NodeInfo, Refusal>();
  const enough = nodesToFind(all.length);
  const leftOut = narrowing(filters);
  let looked = 0;
  while (looked < all.length && feasible.length < enough) {
    const node = all[(startAt + looked) % all.length];
    looked++;
    if (!node) continue;
    const refusal = leftOut?.(node) ?? refusalAt(node, pod, { filters, cluster });
    if (refusal) refusals.set(node, refusal);
    else feasible.push(node);
  }
  return { feasible, refusals, looked };
}

/** Some filters name the nodes that come into question; the others are refused in all their names. */
function narrowing(filters: readonly PreparedFilter[]): ((node: NodeInfo) => Refusal | undefined) | undefined {
  const naming = filters.filter(({ filter }) => filter.only !== undefined);
  const names = naming.map(({ plugin }) => plugin.name);
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

function firstRefusal(node: NodeInfo, filters: readonly PreparedFilter[]): Refusal | undefined {
  for (const { filter } of filters) {
    const refusal = filter.check(node);
    if (refusal) return refusal;
  }
  return undefined;
}

const FEW_NODES = 100;
const LEAST_PERCENTAGE = 5;

/** Of large clusters a part is enough: kube-scheduler's adaptive percentageOfNodesToScore. */
export function nodesToFind(nodes: number): number {
  if (nodes < FEW_NODES) return nodes;
  const percentage = Math.max(LEAST_PERCENTAGE, 50 - Math.trunc(nodes / 125));
  return Math.max(FEW_NODES, Math.trunc((nodes * percentage) / 100));
}
