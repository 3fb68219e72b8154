/** What ends a job: the results of its pods, or time. */
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timeOf } from "../time.ts";
import { type Ending, failing } from "./conditions.ts";
import { Indexes } from "./indexes.ts";
import { failed, isIndexed, isTracked } from "./job-pods.ts";
import { verdictOf } from "./pod-failure-policy.ts";
import type { Tally } from "./tally.ts";

/** Milliseconds since the epoch; undefined if only its pods can end the job. */
export const deadlineOf = (job: Job): number | undefined => {
  const started = timeOf(job.status.startTime);
  const { activeDeadlineSeconds, suspend } = job.spec;
  return suspend || started === undefined || activeDeadlineSeconds === undefined
    ? undefined
    : started + activeDeadlineSeconds * 1000;
};

export function isComplete(job: Job, tally: Tally, active: number): boolean {
  const { completions } = job.spec;
  if (completions === undefined) return tally.succeeded > 0 && active === 0;
  return tally.succeeded >= completions && active === 0;
}

/** Whether the pods' results, or time, end the job now. Checked in Kubernetes' order. */
export function endingOf(
  job: Stored<Job>,
  pods: readonly Stored<Pod>[],
  tally: Tally,
  now: number,
): Ending | undefined {
  for (const pod of pods) {
    if (!isTracked(pod) || !failed(pod, job)) continue;
    const { action, message } = verdictOf(job, pod);
    if (action === "FailJob") return failing("PodFailurePolicy", message);
  }
  const { backoffLimit = 6, maxFailedIndexes, completions = 0 } = job.spec;
  if (tally.failed > backoffLimit || restartsExceed(job, pods, backoffLimit))
    return failing("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  const deadline = deadlineOf(job);
  if (deadline !== undefined && deadline <= now)
    return failing("DeadlineExceeded", "Job was active longer than specified deadline");
  const failedIndexes = tally.failedIndexes?.size ?? 0;
  if (maxFailedIndexes !== undefined && failedIndexes > maxFailedIndexes)
    return failing("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  if (failedIndexes > 0 && failedIndexes + tally.succeededIndexes.size >= completions)
    return failing("FailedIndexes", "Job has failed indexes");
  return isIndexed(job) ? successByPolicy(job, tally.succeededIndexes) : undefined;
}

/** Under OnFailure, container restarts count as the job's retries. */
function restartsExceed(job: Job, pods: readonly Pod[], backoffLimit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== "OnFailure") return false;
  const restarts = pods
    .filter(({ status }) => status.phase === "Running" || status.phase === "Pending")
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((total, { restartCount }) => total + (restartCount ?? 0), 0);
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

/** The first successPolicy rule that the succeeded indexes satisfy. */
function successByPolicy(job: Job, succeeded: Indexes): Ending | undefined {
  const completions = job.spec.completions ?? 0;
  for (const [position, rule] of (job.spec.successPolicy?.rules ?? []).entries()) {
    const wanted = rule.succeededIndexes ? Indexes.parse(rule.succeededIndexes, completions) : undefined;
    const counted = wanted ? wanted.countShared(succeeded) : succeeded.size;
    const needed = rule.succeededCount ?? wanted?.size ?? completions;
    if (counted >= needed)
      return { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: `Matched rules at index ${position}` };
  }
  return undefined;
}
