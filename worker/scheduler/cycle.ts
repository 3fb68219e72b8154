/** One pod, one snapshot: where it goes, or why nowhere. */
import type { Cluster } from "./cluster.ts";
import { fitErrorText, NO_NODES } from "./fit-error.ts";
import type { NodeInfo } from "./node-info.ts";
import { isRefusal, type NodeFilter, type PendingPod, type Plugin, type Refusal } from "./plugin.ts";
import { plugins } from "./plugins/index.ts";

export interface CycleOptions {
  /** 0 ≤ x < 1; breaks ties between nodes that are equally good. */
  readonly random: () => number;
  /** Where to begin looking, so that in time all nodes are looked at. */
  readonly startAt: number;
}

export type Decision =
  | { readonly kind: "place"; readonly node: NodeInfo; readonly nextStart: number }
  | {
      readonly kind: "refuse";
      readonly message: string;
      /** The plugins that a change must please to try again. */
      readonly plugins: ReadonlySet<string>;
    };

interface Prepared {
  readonly plugin: Plugin;
  readonly filter: NodeFilter;
}

export function schedule(pod: PendingPod, cluster: Cluster, options: CycleOptions): Decision {
  const { nodes } = cluster;
  if (nodes.length === 0) return { kind: "refuse", message: NO_NODES, plugins: new Set() };
  const filters = prepareFilters(pod, cluster);
  if ("reasons" in filters) {
    return {
      kind: "refuse",
      message: fitErrorText({
        allNodes: nodes.length,
        before: filters.reasons.join(", "),
        refusals: [],
        after: DEVICES_NOT_LOOKED_AT,
      }),
      plugins: new Set([filters.plugin]),
    };
  }
  const { feasible, refusals, looked } = findFeasible(nodes, filters, options.startAt);
  if (feasible.length === 0) {
    return {
      kind: "refuse",
      message: fitErrorText({ allNodes: nodes.length, refusals: refusals.values() }),
      plugins: new Set([...refusals.values()].map(({ plugin }) => plugin)),
    };
  }
  const node = bestOf(pod, cluster, { nodes: feasible, random: options.random });
  return { kind: "place", node, nextStart: (options.startAt + looked) % nodes.length };
}

/** kube-scheduler's DynamicResources has nothing to free where the filters never got to it, and says so. */
const DEVICES_NOT_LOOKED_AT = "not found";

function prepareFilters(pod: PendingPod, cluster: Cluster): readonly Prepared[] | Refusal {
  const prepared: Prepared[] = [];
  for (const plugin of plugins) {
    const filter = plugin.filter?.(pod, cluster);
    if (!filter) continue;
    if (isRefusal(filter)) return filter;
    prepared.push({ plugin, filter });
  }
  return prepared;
}

interface Found {
  readonly feasible: readonly NodeInfo[];
  readonly refusals: ReadonlyMap<NodeInfo, Refusal>;
  /** How many nodes were looked at. */
  readonly looked: number;
}

function findFeasible(all: readonly NodeInfo[], filters: readonly Prepared[], startAt: number): Found {
  const feasible: NodeInfo[] = [];
  const refusals = new Map<NodeInfo, Refusal>();
  const enough = nodesToFind(all.length);
  const narrowing = filters.filter(({ filter }) => filter.only !== undefined);
  let looked = 0;
  while (looked < all.length && feasible.length < enough) {
    const node = all[(startAt + looked) % all.length];
    looked++;
    if (!node) continue;
    const refusal = leftOut(node, narrowing) ?? firstRefusal(node, filters);
    if (refusal) refusals.set(node, refusal);
    else feasible.push(node);
  }
  return { feasible, refusals, looked };
}

function leftOut(node: NodeInfo, narrowing: readonly Prepared[]): Refusal | undefined {
  if (narrowing.every(({ filter }) => filter.only?.has(node.name))) return undefined;
  const names = narrowing.map(({ plugin }) => plugin.name);
  return {
    plugin: names[0] ?? "",
    reasons: [`node(s) didn't satisfy plugin(s) [${names.join(" ")}]${names.length > 1 ? " simultaneously" : ""}`],
    resolvable: false,
  };
}

function firstRefusal(node: NodeInfo, filters: readonly Prepared[]): Refusal | undefined {
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

/** The node with the highest score; among equals, any. */
function bestOf(
  pod: PendingPod,
  cluster: Cluster,
  { nodes, random }: { nodes: readonly NodeInfo[]; random: () => number },
): NodeInfo {
  const [first] = nodes;
  if (!first) throw new Error("no node to choose from");
  if (nodes.length === 1) return first;
  const totals = totalScores(pod, cluster, nodes);
  let best = first;
  let highest = totals[0] ?? 0;
  let equals = 1;
  for (let i = 1; i < nodes.length; i++) {
    const [node, total = 0] = [nodes[i], totals[i]];
    if (!node || total < highest) continue;
    if (total > highest) {
      highest = total;
      equals = 1;
      best = node;
    } else if (random() < 1 / ++equals) best = node;
  }
  return best;
}

function totalScores(pod: PendingPod, cluster: Cluster, nodes: readonly NodeInfo[]): number[] {
  const totals = new Array<number>(nodes.length).fill(0);
  for (const { scorer: prepare, weight = 1 } of plugins) {
    const scorer = prepare?.(pod, cluster, nodes);
    if (!scorer) continue;
    const scores = nodes.map(scorer.score);
    scorer.normalize?.(scores, nodes);
    for (let i = 0; i < totals.length; i++) totals[i] = (totals[i] ?? 0) + weight * (scores[i] ?? 0);
  }
  return totals;
}
