/** The pods that must be removed from one node for another pod to fit. */
import type { Cluster } from "../cluster/cluster.ts";
import type { Refusal } from "../cluster/node-filter.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PreparedFilter } from "../cluster/node-verdicts.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";
import { refusalAt, tryPod } from "../filtering.ts";
import { type Budget, violatesBudgets } from "./disruption-budgets.ts";

export interface Victims {
  /** Most important first. */
  readonly victims: readonly PodFacts[];
  /** How many of them a disruption budget protects. */
  readonly violations: number;
}

const none: Refusal = {
  plugin: "DefaultPreemption",
  reasons: ["No preemption victims found for incoming pod"],
  resolvable: false,
};

/** Leaves the node as it was. */
export function selectVictims(
  pod: PendingPod,
  node: NodeInfo,
  {
    filters,
    cluster,
    budgets,
  }: { readonly filters: readonly PreparedFilter[]; readonly cluster: Cluster; readonly budgets: readonly Budget[] },
): Victims | Refusal {
  const potential = [...node.pods.values()].filter(({ priority }) => priority < pod.priority).sort(moreImportant);
  if (potential.length === 0) return none;
  const gone = new Set<PodFacts>();
  const remove = (each: PodFacts) => {
    tryPod(each, node, { filters, sign: -1 });
    gone.add(each);
  };
  const restore = (each: PodFacts) => {
    tryPod(each, node, { filters, sign: 1 });
    gone.delete(each);
  };
  for (const each of potential) remove(each);
  const refusal = refusalAt(node, pod, { filters, cluster });
  let violations = 0;
  if (!refusal) {
    const violating = violatesBudgets(potential, budgets);
    // Pods protected by a budget are spared first, and more important ones before less important ones.
    for (const each of [...potential.filter((p) => violating.has(p)), ...potential.filter((p) => !violating.has(p))]) {
      restore(each);
      if (!refusalAt(node, pod, { filters, cluster })) continue;
      remove(each);
      if (violating.has(each)) violations++;
    }
  }
  const victims = potential.filter((each) => gone.has(each));
  for (const each of victims) restore(each);
  return refusal ?? { victims, violations };
}

/** Higher priority first, then longer running. */
const moreImportant = (a: PodFacts, b: PodFacts): number =>
  b.priority - a.priority || (a.startTime === b.startTime ? 0 : a.startTime - b.startTime);
