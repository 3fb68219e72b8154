import type { ClusterChange } from "../../worker/scheduler/cluster/cluster-change.ts";
import type { SchedulerState } from "../../worker/scheduler/state.ts";
import type { Planned } from "./planned.ts";

/** Takes a plan back that was not written. Returns what changed in the cluster as a result. */
export function revertPlan(
  { pod, placedOn, isExpected, assumed = [] }: Planned,
  { cluster }: SchedulerState,
): ClusterChange[] {
  const changes: ClusterChange[] = [];
  const gone = placedOn === undefined && !isExpected ? undefined : cluster.unassign(pod.key);
  if (gone) changes.push({ kind: "assigned-pod-deleted", pod: gone });
  for (const { resource, before, after } of assumed) {
    const { namespace = "", name } = before.metadata;
    if (cluster.get(resource, namespace, name) === after) changes.push(cluster.setObject(resource, before));
  }
  return changes;
}
