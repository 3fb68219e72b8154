/** A StatefulSet with its pods and revisions, as found at one reconcile. */
import type { ControllerRevision, StatefulSet } from "../../../api/generated/apps.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import type { Snapshot } from "../controller.ts";
import { isReady } from "../pod/pod-state.ts";
import { REVISION } from "./stateful-pod.ts";

export interface Revisions {
  readonly current: Stored<ControllerRevision>;
  readonly update: Stored<ControllerRevision>;
}

export interface StatefulSetState {
  readonly set: Stored<StatefulSet>;
  readonly revisions: Revisions;
  /** By ordinal, including pods that the set no longer asks for. */
  readonly pods: ReadonlyMap<number, Stored<Pod>>;
  readonly snapshot: Snapshot;
  readonly now: number;
}

export const revisionOf = (pod: Pod) => pod.metadata.labels?.[REVISION];
export const isOrdered = ({ spec }: StatefulSet) => spec.podManagementPolicy !== "Parallel";
export const startOf = ({ spec }: StatefulSet) => spec.ordinals?.start ?? 0;
export const isHealthy = (pod: Pod) =>
  pod.status.phase === "Running" && isReady(pod) && !pod.metadata.deletionTimestamp;
export const isWaiting = ({ status, metadata }: Pod) => status.phase === "Pending" && !metadata.deletionTimestamp;
