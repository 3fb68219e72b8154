/** Makes room for a pod by deleting pods of lower priority: kube-scheduler's DefaultPreemption. Only decides. */
import type { Cluster } from "../cluster/cluster.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PreparedFilter } from "../cluster/node-verdicts.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import { fitErrorText } from "../framework/fit-error.ts";
import { budgetsOf } from "./disruption-budgets.ts";
import { selectVictims, type Victims } from "./victims.ts";

export type Preemption =
  /** The victims are deleted, and the pod waits for their node. */
  | { readonly kind: "nominate"; readonly node: string; readonly victims: readonly PodFacts[] }
  /** No node can be made to fit: an earlier nomination is void. */
  | { readonly kind: "clear" }
  | { readonly kind: "keep" };

export interface PreemptionOptions {
  readonly filters: readonly PreparedFilter[];
  /** Why each node does not fit. */
  readonly refusals: ReadonlyMap<NodeInfo, Refusal>;
  readonly random: () => number;
}

const PLUGIN = "DefaultPreemption";
const useless: Refusal = { plugin: PLUGIN, reasons: ["Preemption is not helpful for scheduling"], resolvable: false };
/** At least this many nodes are tried, or a tenth of the candidates. */
const LEAST_CANDIDATES = 100;

/** The message says why no room can be made; it is absent if room can. */
export function preempt(
  pod: PendingPod,
  cluster: Cluster,
  { filters, refusals, random }: PreemptionOptions,
): { readonly preemption: Preemption; readonly message?: string } {
  const obstacle = whyNot(pod, cluster, refusals);
  if (obstacle) return { preemption: { kind: "keep" }, message: obstacle };
  const potential = cluster.nodes.filter((node) => refusals.get(node)?.resolvable);
  const found: Candidate[] = [];
  const failed = new Map<NodeInfo, Refusal>();
  const enough = Math.min(potential.length, Math.max(LEAST_CANDIDATES, Math.trunc(potential.length / 10)));
  const offset = Math.floor(random() * potential.length);
  const budgets = budgetsOf(cluster);
  for (let i = 0; i < potential.length; i++) {
    const node = potential[(offset + i) % potential.length];
    if (!node) continue;
    const outcome = selectVictims(pod, node, { filters, cluster, budgets });
    if ("reasons" in outcome) failed.set(node, outcome);
    else found.push({ node, ...outcome });
    if (found.length >= enough && found.some(({ violations }) => violations === 0)) break;
  }
  const best = found.reduce<Candidate | undefined>((a, b) => (a && compareHarm(a, b) <= 0 ? a : b), undefined);
  if (best) return { preemption: { kind: "nominate", node: best.node.name, victims: best.victims } };
  const message = fitErrorText({
    allNodes: cluster.nodes.length,
    refusals: cluster.nodes.map((node) => failed.get(node) ?? useless),
  });
  return { preemption: { kind: "clear" }, message };
}

type Candidate = Victims & { readonly node: NodeInfo };

/** Why the pod may not preempt, whatever the nodes. */
function whyNot(pod: PendingPod, cluster: Cluster, refusals: PreemptionOptions["refusals"]): string | undefined {
  if (pod.pod.spec.preemptionPolicy === "Never") return "not eligible due to preemptionPolicy=Never.";
  const awaited = cluster.node(pod.pod.status.nominatedNodeName ?? "");
  if (!awaited || refusals.get(awaited)?.resolvable === false) return undefined;
  const underWay = [...awaited.pods.values()].some(
    ({ terminating, preempted, priority }) => terminating && preempted && priority < pod.priority,
  );
  return underWay ? "not eligible due to a terminating pod on the nominated node." : undefined;
}

/** Kubernetes adds this to each priority, so that fewer victims of negative priority are cheaper. */
const PRIORITY_BASE = 2 ** 31;

/** Compares the harm done by two candidates; negative if the first does less. */
function compareHarm(a: Candidate, b: Candidate): number {
  const highest = ({ victims }: Candidate) => victims[0]?.priority ?? 0;
  const sum = ({ victims }: Candidate) => victims.reduce((total, { priority }) => total + priority + PRIORITY_BASE, 0);
  return (
    a.violations - b.violations ||
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    earliestStart(b) - earliestStart(a)
  );
}

/** When the first of the most important victims started. */
function earliestStart({ victims }: Candidate): number {
  const most = victims[0]?.priority;
  return victims.reduce(
    (first, { priority, startTime }) => (priority === most ? Math.min(first, startTime) : first),
    Number.MAX_VALUE,
  );
}
