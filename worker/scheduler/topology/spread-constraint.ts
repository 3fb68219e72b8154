/** Topology spread constraints, parsed once per pod. */
import type { TopologySpreadConstraint } from "../../../api/generated/core.v1.ts";
import { meetsNodeAffinity } from "../../../api/machinery/selectors/node-selector.ts";
import type { Requirement } from "../../../api/machinery/selectors/requirement.ts";
import { labelSelectorRequirements, labelsMatch } from "../../../api/machinery/selectors/selector.ts";
import { preventsScheduling, toleratesAny } from "../../../api/machinery/selectors/tolerations.ts";
import type { NodeInfo } from "../cluster/node-info.ts";
import type { PodMatcher } from "../cluster/pod-counts.ts";
import type { PendingPod, PodFacts } from "../cluster/pod-facts.ts";

export interface SpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** The pods that are counted; terminating ones are not. */
  readonly matcher: PodMatcher;
  /** Whether adding or removing a pod in a trial changes the counts. */
  readonly isSpread: (pod: PodFacts) => boolean;
  /** Whether the pod itself matches. */
  readonly selfMatch: boolean;
  /** Whether pods on the node count; undefined if those of all nodes do. */
  readonly counts: ((node: NodeInfo) => boolean) | undefined;
}

export function spreadConstraints(pod: PendingPod, when: "DoNotSchedule" | "ScheduleAnyway"): SpreadConstraint[] {
  return (pod.pod.spec.topologySpreadConstraints ?? [])
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when)
    .map((constraint) => {
      const requirements = requirementsOf(constraint, pod);
      return spreadConstraint(constraint, requirements, pod);
    });
}

export function spreadConstraint(
  constraint: Pick<
    TopologySpreadConstraint,
    "topologyKey" | "maxSkew" | "minDomains" | "nodeAffinityPolicy" | "nodeTaintsPolicy"
  >,
  requirements: readonly Requirement[] | undefined,
  pod: PendingPod,
): SpreadConstraint {
  const { spec } = pod.pod;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const isChoosy = spec.nodeSelector !== undefined || required !== undefined;
  const honorsAffinity = isChoosy && (constraint.nodeAffinityPolicy ?? "Honor") === "Honor";
  const honorsTaints = constraint.nodeTaintsPolicy === "Honor";
  const tolerations = spec.tolerations ?? [];
  const isSpread = ({ namespace, labels }: PodFacts) =>
    requirements !== undefined && namespace === pod.namespace && labelsMatch(requirements, labels);
  // An empty selector counts no pod, as in kube-scheduler, although every pod matches it.
  const matches = (other: PodFacts) => requirements?.length !== 0 && !other.terminating && isSpread(other);
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    matcher: { id: `spread ${pod.namespace} ${JSON.stringify(requirements)}`, matches },
    isSpread,
    selfMatch: requirements !== undefined && labelsMatch(requirements, pod.labels),
    counts:
      honorsAffinity || honorsTaints
        ? (node) =>
            (!honorsAffinity || meetsNodeAffinity(spec, node)) &&
            !(
              honorsTaints &&
              node.node.spec.taints?.some((taint) => preventsScheduling(taint) && !toleratesAny(tolerations, taint))
            )
        : undefined,
  };
}

/** The pod's own values of matchLabelKeys are part of the selector; keys that it lacks are ignored. */
function requirementsOf({ labelSelector, matchLabelKeys = [] }: TopologySpreadConstraint, { labels }: PendingPod) {
  if (!labelSelector) return undefined;
  const own = matchLabelKeys.flatMap((key): Requirement[] => {
    const value = labels[key];
    return value === undefined ? [] : [{ of: "label", key, operator: "in", values: [value] }];
  });
  return [...labelSelectorRequirements(labelSelector), ...own];
}
