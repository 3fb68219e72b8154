/** A Job's conditions. */

import type { Job, JobCondition, JobStatus } from "../../../api/generated/batch.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";

/** Why a job is about to end; the final condition repeats it. */
export interface Ending {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

export const isFinished = (job: Job): boolean =>
  isConditionTrue(job.status, "Complete") || isConditionTrue(job.status, "Failed");

/** The ending that was decided on and has not been completed yet. */
export function decidedEnding(status: JobStatus): Ending | undefined {
  for (const type of ["FailureTarget", "SuccessCriteriaMet"] as const) {
    const found = status.conditions?.find((each) => each.type === type && each.status === "True");
    if (found) return { type, reason: found.reason ?? "", message: found.message ?? "" };
  }
  return undefined;
}

export const failing = (reason: string, message: string): Ending => ({ type: "FailureTarget", reason, message });

export function addCondition(
  conditions: readonly JobCondition[],
  next: Pick<JobCondition, "type" | "status" | "reason" | "message">,
  now: number,
): JobCondition[] {
  const current = conditions.find(({ type }) => type === next.type);
  if (current?.status === next.status && current.reason === next.reason) return [...conditions];
  const stamp = timestamp(now);
  const { type, status, reason, message } = next;
  const condition: JobCondition = {
    type,
    status,
    lastProbeTime: stamp,
    lastTransitionTime: stamp,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
  return current ? conditions.map((each) => (each === current ? condition : each)) : [...conditions, condition];
}
