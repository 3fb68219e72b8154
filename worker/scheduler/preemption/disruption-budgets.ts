import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { PodFacts } from "../cluster/pod-facts.ts";

export interface Budget {
  readonly allowed: number;
  readonly covers: (pod: PodFacts) => boolean;
}

export const BUDGETS = "poddisruptionbudgets.policy";

export function budgetsOf(cluster: Cluster): Budget[] {
  return [...cluster.list(BUDGETS)].map(({ metadata, spec, status }) => {
    const requirements = labelSelectorRequirements(spec.selector ?? {});
    const { disruptionsAllowed = 0, disruptedPods = {} } = status;
    return {
      allowed: disruptionsAllowed,
      covers: ({ namespace, name, labels }) =>
        namespace === metadata.namespace &&
        // A budget without a selector covers nothing, and pods being evicted are counted already.
        requirements.length > 0 &&
        !(name in disruptedPods) &&
        labelsMatch(requirements, labels),
    };
  });
}

/** Those of the pods that, deleted in this order, exceed what a budget allows. */
export function violatesBudgets(pods: readonly PodFacts[], budgets: readonly Budget[]): ReadonlySet<PodFacts> {
  const left = budgets.map(({ allowed }) => allowed);
  return new Set(
    pods.filter((pod) => {
      let violates = false;
      budgets.forEach(({ covers }, i) => {
        if (!covers(pod)) return;
        left[i] = (left[i] ?? 0) - 1;
        violates ||= (left[i] ?? 0) < 0;
      });
      return violates;
    }),
  );
}
