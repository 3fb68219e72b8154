/** One pod on each node that the daemon fits, and none elsewhere. */
import type { DaemonSet } from "../../../api/generated/apps.v1.ts";
import type { Node, Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Batch, Effect, EventRecord } from "../controller.ts";
import { podRemoval } from "../pod/pod-removal.ts";
import { isAvailable, isReady, isTerminated } from "../pod/pod-state.ts";
import { earliest } from "../time.ts";
import { BURST, creations } from "./daemon-effects.ts";
import { nodeOf } from "./daemon-pod.ts";
import { type FailedPods, keptUntil, withDeleted } from "./failed-pods.ts";
import { oldestFirst, type Place, type Rollout } from "./places.ts";
import { surgeOf } from "./rolling-update.ts";

interface Placement {
  readonly effects: readonly (Effect | Batch)[];
  /** The nodes that get a pod. */
  readonly served: ReadonlySet<string>;
  readonly events: readonly EventRecord[];
  readonly wakeAt?: number;
  readonly failedPods: FailedPods | undefined;
}

export function planPlacement(
  daemonSet: Stored<DaemonSet>,
  places: readonly Place[],
  { hash, isNew, now, failedPods }: Rollout & { readonly failedPods: FailedPods | undefined },
): Placement {
  const missing: string[] = [];
  const doomed: Stored<Pod>[] = [];
  const events: EventRecord[] = [];
  const failed: string[] = [];
  let wakeAt: number | undefined;
  const surges = surgeOf(daemonSet, places.length) > 0;
  const available = (pod: Pod) => isAvailable(pod, daemonSet.spec.minReadySeconds ?? 0, now);
  for (const { node, fit, pods } of places) {
    const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
    if (!fit.shouldContinueRunning) {
      doomed.push(...present);
      continue;
    }
    for (const pod of present.filter(isTerminated)) {
      const { name } = node.metadata;
      if (pod.status.phase === "Failed") {
        // One at a time.
        const due = failed.includes(name) ? Number.POSITIVE_INFINITY : keptUntil(failedPods, name, daemonSet);
        if (due > now) {
          if (Number.isFinite(due)) wakeAt = earliest(wakeAt, due);
          continue;
        }
        failed.push(name);
      }
      doomed.push(pod);
      events.push(endedEvent(daemonSet, pod, name));
    }
    const running = present.filter((pod) => !isTerminated(pod));
    const older = oldestFirst(running);
    const kept = surges ? planSurge(older, { isNew, available }) : older.slice(0, 1);
    doomed.push(...running.filter((pod) => !kept.includes(pod)));
    // A set that may surge does not wait for the old pod's end.
    const isVacant = surges ? running.length === 0 : pods.length === 0;
    if (isVacant && fit.shouldRun) missing.push(node.metadata.name);
  }
  const effects = [
    ...creations(daemonSet, missing, hash),
    ...doomed.slice(0, BURST).map((pod) => podRemoval(daemonSet, pod)),
  ];
  const known = withDeleted(failedPods, failed, { set: daemonSet, now });
  return {
    effects,
    served: new Set(missing.slice(0, BURST)),
    events,
    failedPods: known,
    ...(wakeAt === undefined ? {} : { wakeAt }),
  };
}

/**
 * During a surge, the oldest old pod and the oldest new pod share the node until the former is not ready or the latter
 * is available.
 */
function planSurge(
  pods: readonly Stored<Pod>[],
  { isNew, available }: { isNew: Rollout["isNew"]; available: (pod: Pod) => boolean },
): readonly Stored<Pod>[] {
  const [next, old] = [pods.find(isNew), pods.find((pod) => !isNew(pod))];
  if (next && old && (!isReady(old) || available(next))) return [next];
  return [next, old].filter((pod) => pod !== undefined);
}

function endedEvent(about: Stored<DaemonSet>, pod: Stored<Pod>, node: string): EventRecord {
  const where = `${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
  return pod.status.phase === "Failed"
    ? {
        about,
        type: "Warning",
        reason: "FailedDaemonPod",
        message: `Found failed daemon pod ${where}, will try to kill it`,
      }
    : {
        about,
        type: "Normal",
        reason: "SucceededDaemonPod",
        message: `Found succeeded daemon pod ${where}, will try to delete it`,
      };
}

/** Pods meant for nodes that were deleted before the pods got there. An adopted pod may be meant for none. */
export const strayPods = (
  daemonSet: Stored<DaemonSet>,
  pods: readonly Stored<Pod>[],
  nodes: readonly Stored<Node>[],
) => {
  const underWay = pods.filter((pod) => !pod.spec.nodeName && !pod.metadata.deletionTimestamp);
  if (underWay.length === 0) return [];
  const known = new Set(nodes.map(({ metadata }) => metadata.name));
  const isStray = (node: string | undefined) => node !== undefined && !known.has(node);
  return underWay.filter((pod) => isStray(nodeOf(pod))).map((pod) => podRemoval(daemonSet, pod));
};
