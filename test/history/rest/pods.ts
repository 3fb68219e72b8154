import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { type ClusterState, keyOf } from "../cluster-state.ts";
import { amount, conditionOf, hasEnded, isReady, ownerOf, requested } from "../pods.ts";

/** Pods run where there is room, and say why they do not. */
export function* pods(state: ClusterState): Iterable<string> {
  for (const pod of state.list("pods")) {
    if (hasEnded(pod)) {
      if (pod.metadata.finalizers?.includes("batch.kubernetes.io/job-tracking")) yield `${keyOf(pod)} is not counted`;
      continue;
    }
    const { nodeName, schedulingGates } = pod.spec;
    if (!nodeName) yield* pending(state, pod);
    else if (!state.get("nodes", "", nodeName)) yield `${keyOf(pod)} is on ${nodeName}, which does not exist`;
    else if (!isReady(pod) && !ownerOf(pod)?.kind.includes("Job")) yield `${keyOf(pod)} is not ready`;
    if (nodeName && schedulingGates?.length) yield `${keyOf(pod)} is bound in spite of its gates`;
  }
}

function* pending(state: ClusterState, pod: Stored<Pod>): Iterable<string> {
  const scheduled = conditionOf(pod, "PodScheduled");
  const reason = pod.spec.schedulingGates?.length ? "SchedulingGated" : "Unschedulable";
  if (scheduled?.status !== "False" || scheduled.reason !== reason) {
    yield `${keyOf(pod)} waits, and says ${scheduled?.reason} (${scheduled?.message})`;
    return;
  }
  // Whether it fits is only asked of pods that want nothing but room.
  const { schedulingGates, affinity, topologySpreadConstraints, volumes = [] } = pod.spec;
  if (schedulingGates?.length || affinity || topologySpreadConstraints) return;
  if (volumes.some((volume) => volume.persistentVolumeClaim)) return;
  const node = state.list("nodes").find((each) => fits(state, pod, each));
  if (node) yield `${keyOf(pod)} would fit on ${node.metadata.name}, but says: ${scheduled.message}`;
}

function fits(state: ClusterState, pod: Stored<Pod>, { metadata, spec, status }: Stored<Node>): boolean {
  if (spec.unschedulable || (spec.taints ?? []).length > 0) return false;
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {}))
    if (metadata.labels?.[key] !== value) return false;
  const there = state.list("pods").filter((each) => each.spec.nodeName === metadata.name && !hasEnded(each));
  const { allocatable = {} } = status;
  const room = (resource: string) => amount(allocatable[resource] as string | undefined);
  if (there.length + 1 > room("pods")) return false;
  return ["cpu", "memory"].every((resource) => {
    const used = [...there, pod].reduce((sum, each) => sum + requested(each, resource), 0);
    return used <= room(resource) + 1e-9;
  });
}
