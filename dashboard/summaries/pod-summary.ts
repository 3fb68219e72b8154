/**
 * The part of a pod that the overview and the ownership tree keep: ten thousand whole pods would exhaust the browser's
 * memory.
 */

import type { Pod } from "../../api/generated/core.v1.ts";
import { isConditionTrue } from "../../api/machinery/conditions.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { ownersOf } from "./owners.ts";
import { type Cause, causeOf } from "./pod-cause.ts";
import { requestsOf } from "./resources.ts";
import { type Workload, workloadOf } from "./workload-of.ts";

export interface PodSummary extends Cause {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
  /** RFC 3339: when it should be gone; "" if it may stay. */
  readonly deleted: string;
  readonly finalizers: readonly string[];
  readonly owners: readonly string[];
  /** The workload that it belongs to in the end. */
  readonly workload: Workload | undefined;
  readonly node: string;
  /** Why the scheduler finds no node for it; "" if it did, or has not tried. */
  readonly unschedulable: string;
  /** Whether it is held back from the scheduler. */
  readonly gated: boolean;
  readonly ready: boolean;
  readonly finished: boolean;
  readonly failed: boolean;
  readonly restarts: number;
  /** Requested, as the scheduler counts: cores and bytes. */
  readonly cpu: number;
  readonly memory: number;
}

export function podSummaryOf(pod: Stored<Pod>): PodSummary {
  const { metadata, spec, status } = pod;
  const phase = status.phase ?? "Unknown";
  return {
    uid: metadata.uid,
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    created: metadata.creationTimestamp,
    deleted: metadata.deletionTimestamp ?? "",
    finalizers: metadata.finalizers ?? [],
    owners: ownersOf(pod),
    workload: workloadOf(pod),
    node: spec.nodeName ?? "",
    ...causeOf(pod),
    unschedulable: status.conditions?.find(({ reason }) => reason === "Unschedulable")?.message ?? "",
    gated: (spec.schedulingGates ?? []).length > 0,
    ready: isConditionTrue(status, "Ready"),
    finished: phase === "Succeeded" || phase === "Failed",
    failed: phase === "Failed",
    restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + (restartCount ?? 0), 0),
    ...requestsOf(spec),
  };
}
