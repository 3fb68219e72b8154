/** A DaemonSet's status. */
import type { DaemonSet, DaemonSetStatus } from "../../../api/generated/apps.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { isAvailable, isReady } from "../pod/pod-state.ts";
import { oldestFirst, type Place, type Rollout } from "./places.ts";

/** `served` are nodes without a pod that are about to get one. */
export function statusOf(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { isNew, now, served }: Rollout & { readonly served: ReadonlySet<string> },
): DaemonSetStatus {
  const { minReadySeconds = 0 } = daemonSet.spec;
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0];
  for (const { node, fit, pods } of places) {
    // If there are several during a surge, the oldest represents its node.
    const [pod] = oldestFirst(pods);
    if (!fit.shouldRun) {
      if (pod) misscheduled++;
      continue;
    }
    desired++;
    if (!pod) {
      if (!served.has(node.metadata.name)) continue;
      current++;
      updated++;
      continue;
    }
    current++;
    if (isReady(pod)) ready++;
    if (isAvailable(pod, minReadySeconds, now)) available++;
    if (isNew(pod)) updated++;
  }
  const { collisionCount } = daemonSet.status;
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(daemonSet.metadata.generation === undefined ? {} : { observedGeneration: daemonSet.metadata.generation }),
    ...(updated ? { updatedNumberScheduled: updated } : {}),
    ...(available ? { numberAvailable: available } : {}),
    ...(desired - available ? { numberUnavailable: desired - available } : {}),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(daemonSet.status.conditions ? { conditions: daemonSet.status.conditions } : {}),
  };
}
