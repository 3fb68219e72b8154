/** A StatefulSet's status. */
import type { StatefulSetStatus } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { isAvailable, isReady } from "../pod/pod-state.ts";
import { revisionOf, type StatefulSetState, startOf } from "./stateful-set-state.ts";

/** The names of its revisions. */
interface RevisionNames {
  readonly current: string;
  readonly update: string;
}

/**
 * Pods that a rolling update is about to replace no longer count as current: without a partition, that count says which
 * pods are created from the old revision.
 */
export function statusOf(
  { set, pods, now }: Pick<StatefulSetState, "set" | "pods" | "now">,
  revisions: RevisionNames,
  replaced: ReadonlySet<Stored<Pod>>,
): StatefulSetStatus {
  const { minReadySeconds = 0 } = set.spec;
  const first = startOf(set);
  const last = first + (set.spec.replicas ?? 1) - 1;
  // Pods that have ended count until they are gone.
  const present = [...pods];
  const alive = present.map(([, pod]) => pod).filter(({ metadata }) => !metadata.deletionTimestamp);
  const count = (of: (pod: Stored<Pod>) => boolean) => alive.filter(of).length;
  const healthy = (pod: Pod) => pod.status.phase === "Running" && isReady(pod);
  const ready = present.filter(([, pod]) => healthy(pod)).length;
  const updated = count((pod) => revisionOf(pod) === revisions.update);
  const current = count((pod) => revisionOf(pod) === revisions.current && !replaced.has(pod));
  const replicas = present.length;
  const inRange = present.every(([ordinal]) => ordinal >= first && ordinal <= last);
  const rolled =
    set.spec.updateStrategy?.type !== "OnDelete" &&
    updated === replicas &&
    ready === replicas &&
    inRange &&
    replicas === (set.spec.replicas ?? 1);
  const currentReplicas = rolled ? updated : current;
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas,
    ...(ready ? { readyReplicas: ready } : {}),
    ...(currentReplicas ? { currentReplicas } : {}),
    ...(updated ? { updatedReplicas: updated } : {}),
    currentRevision: rolled ? revisions.update : revisions.current,
    updateRevision: revisions.update,
    collisionCount: set.status.collisionCount ?? 0,
    availableReplicas: present.filter(([, pod]) => healthy(pod) && isAvailable(pod, minReadySeconds, now)).length,
    ...(set.status.conditions ? { conditions: set.status.conditions } : {}),
  };
}
