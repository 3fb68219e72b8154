/** A Job's conditions, and which of its pods' results ends it. */
import type { Job, JobCondition, JobStatus } from "../../../api/generated/batch.v1.ts";
import { timeText } from "../time.ts";
import { parseIndexes } from "./indexes.ts";

/** Why a job is about to end; the final condition repeats it. */
export interface Ending {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

export const hasCondition = (status: JobStatus, type: string): boolean =>
  status.conditions?.some((each) => each.type === type && each.status === "True") ?? false;

export const isFinished = (job: Job): boolean =>
  hasCondition(job.status, "Complete") || hasCondition(job.status, "Failed");

/** The ending that was decided on before and not carried through yet. */
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
  const stamp = timeText(now);
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

/** The first successPolicy rule that the succeeded indexes meet. */
export function successByPolicy(job: Job, succeeded: ReadonlySet<number>): Ending | undefined {
  const completions = job.spec.completions ?? 0;
  for (const [position, rule] of (job.spec.successPolicy?.rules ?? []).entries()) {
    const counted = rule.succeededIndexes
      ? [...parseIndexes(rule.succeededIndexes, completions)].filter((index) => succeeded.has(index)).length
      : succeeded.size;
    const needed =
      rule.succeededCount ??
      (rule.succeededIndexes ? parseIndexes(rule.succeededIndexes, completions).size : completions);
    if (counted >= needed)
      return { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: `Matched rules at index ${position}` };
  }
  return undefined;
}
