/** A job's status: its pods, and whether it is suspended. */

import type { Job, JobStatus } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { isConditionTrue } from "../../../api/machinery/conditions.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { EventText } from "../controller.ts";
import { addCondition } from "./conditions.ts";
import { isIndexed } from "./job-pods.ts";
import type { Tally } from "./tally.ts";

/** How many finished pods a status may record at a time. */
const NOTE_LIMIT = 500;

/** The status after suspending or resuming, and the event to record when it is written. */
export function planSuspension(job: Stored<Job>, now: number): { status: JobStatus; event?: EventText } {
  const conditions = job.status.conditions ?? [];
  const suspended = isConditionTrue(job.status, "Suspended");
  const { startTime, ...unstarted } = job.status;
  if (job.spec.suspend) {
    if (suspended) return { status: unstarted };
    const next = { type: "Suspended", status: "True", reason: "JobSuspended", message: "Job suspended" };
    return {
      status: { ...unstarted, conditions: addCondition(conditions, next, now) },
      event: { reason: "Suspended", message: "Job suspended" },
    };
  }
  if (!suspended) return { status: { ...job.status, startTime: startTime ?? timestamp(now) } };
  const next = { type: "Suspended", status: "False", reason: "JobResumed", message: "Job resumed" };
  return {
    status: { ...job.status, startTime: timestamp(now), conditions: addCondition(conditions, next, now) },
    event: { reason: "Resumed", message: "Job resumed" },
  };
}

/** `base` updated by the pods; records as many finished ones as can have their finalizers removed next. */
export function noteStatus(
  job: Stored<Job>,
  base: JobStatus,
  facts: { tally: Tally; active: number; ready: number; terminating: number; now: number },
): JobStatus {
  const { tally, active, ready, terminating } = facts;
  const uids = (noted: readonly string[], fresh: readonly Stored<Pod>[]) =>
    [...noted, ...fresh.map(({ metadata }) => metadata.uid)].slice(0, NOTE_LIMIT);
  const noted = {
    succeeded: uids(tally.noted.succeeded, tally.fresh.succeeded),
    failed: uids(tally.noted.failed, tally.fresh.failed),
  };
  const countedSuccesses = isIndexed(job) ? tally.succeededIndexes.size : tally.counted.succeeded;
  const { active: _, succeeded: __, failed: ___, completedIndexes: ____, failedIndexes: _____, ...rest } = base;
  return {
    ...rest,
    ...(base.startTime === undefined && !job.spec.suspend ? { startTime: timestamp(facts.now) } : {}),
    ...(active ? { active } : {}),
    ready,
    terminating,
    ...(countedSuccesses ? { succeeded: countedSuccesses } : {}),
    ...(tally.counted.failed ? { failed: tally.counted.failed } : {}),
    ...(isIndexed(job) && tally.succeededIndexes.size > 0 ? { completedIndexes: `${tally.succeededIndexes}` } : {}),
    ...(tally.failedIndexes === undefined ? {} : { failedIndexes: `${tally.failedIndexes}` }),
    uncountedTerminatedPods: {
      ...(noted.succeeded.length > 0 ? { succeeded: noted.succeeded } : {}),
      ...(noted.failed.length > 0 ? { failed: noted.failed } : {}),
    },
  };
}
