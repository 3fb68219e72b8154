import type { Pod } from "../../api/generated/core.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { timestamp } from "../../api/machinery/time.ts";
import type { PatchEffect } from "./controller.ts";

const TYPE = "DisruptionTarget";
/** As nodes list them. What the snapshot leaves out of a pod's conditions is among these. */
const OF_NODES = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

/** Says on a pod why the control plane ends it; with a phase, also that it has ended. */
export function disruption(
  pod: Stored<Pod>,
  why: { readonly reason: string; readonly message: string; readonly phase?: "Failed" },
  now: number,
): PatchEffect {
  const { phase, ...said } = why;
  const { generation } = pod.metadata;
  const condition = {
    type: TYPE,
    status: "True",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...said,
    lastTransitionTime: timestamp(now),
  };
  return {
    op: "patch",
    resource: "pods",
    namespace: pod.metadata.namespace ?? "",
    name: pod.metadata.name,
    subresource: "status",
    type: "application/strategic-merge-patch+json",
    patch: {
      metadata: { uid: pod.metadata.uid },
      status: {
        ...(phase ? { phase } : {}),
        conditions: [condition],
        // Without this what a patch adds comes first.
        "$setElementOrder/conditions": [...orderOf(pod), TYPE].map((type) => ({ type })),
      },
    },
  };
}

const orderOf = ({ status }: Pod): readonly string[] => [
  ...OF_NODES,
  ...(status.conditions ?? []).map(({ type }) => type).filter((type) => type !== TYPE && !OF_NODES.includes(type)),
];
