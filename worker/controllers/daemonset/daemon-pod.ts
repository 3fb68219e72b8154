/** The pod that a DaemonSet runs on one node, and which nodes it may run on. */

import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Node, Pod, PodSpec, Toleration } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { meetsNodeAffinity } from "../../../api/machinery/selectors/node-selector.ts";
import { toleratesAny } from "../../../api/machinery/selectors/tolerations.ts";
import { podFromTemplate } from "../pod/pod-from-template.ts";
import { same } from "../same.ts";

export const HASH = "controller-revision-hash";
const TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";
const GENERATION_LABEL = "pod-template-generation";

/** Daemons run where other pods may not: on nodes that are in trouble. */
const TOLERATED: readonly (readonly [key: string, effect: string])[] = [
  ["not-ready", "NoExecute"],
  ["unreachable", "NoExecute"],
  ["disk-pressure", "NoSchedule"],
  ["memory-pressure", "NoSchedule"],
  ["pid-pressure", "NoSchedule"],
  ["unschedulable", "NoSchedule"],
];

function tolerationsOf(spec: PodSpec): Toleration[] {
  const added = [...TOLERATED, ...(spec.hostNetwork ? [["network-unavailable", "NoSchedule"] as const] : [])];
  const tolerations = [...(spec.tolerations ?? [])];
  for (const [key, effect] of added) {
    const toleration = { key: `node.kubernetes.io/${key}`, operator: "Exists", effect };
    // A toleration of the template that differs only in its seconds is replaced in place.
    const place = tolerations.findIndex((each) => same({ ...each, tolerationSeconds: undefined }, toleration));
    if (place < 0) tolerations.push(toleration);
    else tolerations[place] = toleration;
  }
  return tolerations;
}

/** Whether a pod is made from the current template, by its hash or by its template generation. */
export function isOfTemplate({ metadata }: DaemonSet, hash: string | undefined): (pod: Pod) => boolean {
  const generation = metadata.annotations?.[TEMPLATE_GENERATION];
  return ({ metadata: { labels = {} } }) =>
    (hash !== undefined && labels[HASH] === hash) ||
    (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

export function daemonPod(daemonSet: Stored<DaemonSet>, node: string, hash: string | undefined): Pod {
  const pod = podFromTemplate(daemonSet, daemonSet.spec.template);
  const generation = daemonSet.metadata.annotations?.[TEMPLATE_GENERATION];
  const { affinity } = pod.spec;
  const here = [{ key: "metadata.name", operator: "In", values: [node] }];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      labels: {
        ...pod.metadata.labels,
        ...(hash ? { [HASH]: hash } : {}),
        ...(generation ? { [GENERATION_LABEL]: generation } : {}),
      },
    },
    spec: {
      ...pod.spec,
      tolerations: tolerationsOf(pod.spec),
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: {
            // The template's own requirements led to this node; they need not be repeated.
            nodeSelectorTerms: [{ matchFields: here }],
          },
        },
      },
    },
  };
}

/** The node that a daemon's pod is on, or is meant for. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec.nodeName) return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key, operator }) => key === "metadata.name" && operator === "In")?.values?.[0];
}

export interface Fit {
  /** A new pod should run there. */
  readonly shouldRun: boolean;
  /** An existing pod may stay. */
  readonly shouldContinueRunning: boolean;
}

/** Which nodes the daemon fits. What does not depend on the node is computed once: there may be thousands. */
export function nodeFitterOf(daemonSet: DaemonSet): (node: Node) => Fit {
  const { spec } = daemonSet.spec.template;
  if (!spec) return () => NOWHERE;
  const tolerations = tolerationsOf(spec);
  return (node) => {
    const { name = "", labels = {} } = node.metadata;
    if ((spec.nodeName && spec.nodeName !== name) || !meetsNodeAffinity(spec, { name, labels })) return NOWHERE;
    const { taints } = node.spec;
    if (!taints || taints.length === 0) return ANYWHERE;
    const untolerated = taints.filter((taint) => !toleratesAny(tolerations, taint));
    return {
      shouldRun: !untolerated.some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute"),
      shouldContinueRunning: !untolerated.some(({ effect }) => effect === "NoExecute"),
    };
  };
}

const NOWHERE: Fit = { shouldRun: false, shouldContinueRunning: false };
const ANYWHERE: Fit = { shouldRun: true, shouldContinueRunning: true };
