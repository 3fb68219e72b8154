/** pkg/apis/batch/validation: valid values and transitions of a job's status. */
import type { Job, JobStatus } from "../../generated/batch.v1.ts";
import { checkNonNegative, sameValue } from "../../machinery/field-checks.ts";
import { duplicate, type FieldError, invalid, invalidWithoutValue, required } from "../../machinery/field-error.ts";
import { isFalse, isFinished, isTrue } from "./job-conditions.ts";
import { commonIndex, countIndexes } from "./job-indexes.ts";

/** Kubernetes does not validate what an update leaves unchanged: each rule lists the fields that trigger it. */
export function validateJobStatusUpdate(next: Job, old: Job): FieldError[] {
  const errors: FieldError[] = [];
  const { status } = next;
  for (const name of ["active", "succeeded", "failed", "ready", "terminating"] as const)
    checkNonNegative(errors, `status.${name}`, status[name]);
  checkUncounted(errors, status);
  checkEnd(errors, next, old);
  checkIndexes(errors, next, old);
  checkPods(errors, next, old);
  checkCriteria(errors, next);
  checkProgress(errors, next, old);
  return errors;
}

function checkUncounted(errors: FieldError[], { uncountedTerminatedPods }: JobStatus): void {
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"] as const)
    uncountedTerminatedPods?.[list]?.forEach((uid, i) => {
      const path = `status.uncountedTerminatedPods.${list}[${i}]`;
      if (uid === "") errors.push(invalid(path, uid, "must not be empty"));
      else if (seen.has(uid)) errors.push(duplicate(path, uid));
      seen.add(uid);
    });
}

/** What must and must not accompany the conditions Complete and Failed. */
function checkEnd(errors: FieldError[], { spec, status }: Job, { status: old }: Job): void {
  const conditions = (detail: string) => errors.push(invalidWithoutValue("status.conditions", detail));
  const { startTime, completionTime, active = 0, uncountedTerminatedPods } = status;
  const complete = isTrue(status, "Complete");
  const finished = isFinished(status);
  const becomesComplete = complete && !isTrue(old, "Complete");
  const becomesFailed = isTrue(status, "Failed") && !isTrue(old, "Failed");
  const becomesFinished = finished && !isFinished(old);
  const targeted = isTrue(status, "FailureTarget") && !isTrue(old, "FailureTarget");
  const timeChanged = completionTime !== old.completionTime;
  const startChanged = startTime !== old.startTime;
  if ((becomesComplete || becomesFailed) && complete && isTrue(status, "Failed"))
    conditions("cannot set Complete=True and Failed=true conditions");
  if ((becomesComplete || targeted) && complete && isTrue(status, "FailureTarget"))
    conditions("cannot set Complete=True and FailureTarget=true conditions");
  if ((timeChanged || becomesComplete) && completionTime && !complete)
    errors.push(
      invalid(
        "status.completionTime",
        completionTime,
        "cannot set completionTime when there is no Complete=True condition",
      ),
    );
  if ((becomesComplete || timeChanged) && complete && !completionTime)
    errors.push(required("status.completionTime", "completionTime is required for Complete jobs"));
  if (
    (startChanged || timeChanged) &&
    startTime &&
    completionTime &&
    Date.parse(completionTime) < Date.parse(startTime)
  )
    errors.push(invalid("status.completionTime", completionTime, "must be equal to or after `startTime`"));
  if (becomesFailed && !isTrue(status, "FailureTarget"))
    conditions("cannot set Failed=True condition without the FailureTarget=true condition");
  if (becomesComplete && !isTrue(status, "SuccessCriteriaMet"))
    conditions("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  if ((becomesFinished || active !== (old.active ?? 0)) && active > 0 && finished)
    errors.push(invalid("status.active", active, "active>0 is invalid for finished job"));
  // A job with nothing to do is complete, although it never began.
  const neverStarts = spec.suspend === true && spec.completions === 0;
  if ((becomesFinished || startChanged) && !startTime && finished && !neverStarts)
    errors.push(required("status.startTime", "startTime is required for finished job"));
  const uncounted = [...(uncountedTerminatedPods?.failed ?? []), ...(uncountedTerminatedPods?.succeeded ?? [])];
  if (
    (becomesFinished || !sameValue(uncountedTerminatedPods, old.uncountedTerminatedPods)) &&
    finished &&
    uncounted.length > 0
  )
    errors.push(
      invalid(
        "status.uncountedTerminatedPods",
        { Succeeded: uncountedTerminatedPods?.succeeded ?? null, Failed: uncountedTerminatedPods?.failed ?? null },
        "must be empty for finished job",
      ),
    );
}

function checkIndexes(errors: FieldError[], { spec, status }: Job, { status: old }: Job): void {
  const { completions, backoffLimitPerIndex, completionMode } = spec;
  const { completedIndexes = "", failedIndexes } = status;
  const completedChanged = completedIndexes !== (old.completedIndexes ?? "");
  const failedChanged = failedIndexes !== old.failedIndexes;
  const check = (name: "completedIndexes" | "failedIndexes", text: string, limit: number) => {
    const counted = countIndexes(text, limit);
    if (typeof counted !== "number")
      errors.push(invalid(`status.${name}`, text, `error parsing ${name}: ${counted.problem}`));
  };
  if (completedChanged && completions !== undefined) check("completedIndexes", completedIndexes, completions);
  if (failedChanged && completions !== undefined && backoffLimitPerIndex !== undefined && failedIndexes !== undefined)
    check("failedIndexes", failedIndexes, completions);
  if (completedChanged && completedIndexes !== "" && completionMode !== "Indexed")
    errors.push(
      invalid(
        "status.completedIndexes",
        completedIndexes,
        "cannot set non-empty completedIndexes when non-indexed completion mode",
      ),
    );
  if (failedIndexes === undefined) return;
  if (failedChanged && backoffLimitPerIndex === undefined)
    errors.push(
      invalid(
        "status.failedIndexes",
        failedIndexes,
        "cannot set non-null failedIndexes when backoffLimitPerIndex is null",
      ),
    );
  if (!(completedChanged || failedChanged) || completions === undefined || completedIndexes === "") return;
  const common = failedIndexes === "" ? undefined : commonIndex(completedIndexes, failedIndexes, completions);
  if (common !== undefined)
    errors.push(
      invalid("status.failedIndexes", failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`),
    );
}

function checkPods(errors: FieldError[], { status }: Job, { status: old }: Job): void {
  const { active = 0, ready, terminating = 0 } = status;
  const finished = isFinished(status);
  const becomesFinished = finished && !isFinished(old);
  if ((becomesFinished || terminating !== (old.terminating ?? 0)) && terminating > 0 && finished)
    errors.push(invalid("status.terminating", terminating, "terminating>0 is invalid for finished job"));
  if ((ready !== old.ready || active !== (old.active ?? 0)) && ready !== undefined && ready > active)
    errors.push(invalid("status.ready", ready, "cannot set more ready pods than active"));
}

function checkCriteria(errors: FieldError[], { spec, status }: Job): void {
  if (!isTrue(status, "SuccessCriteriaMet")) {
    if (spec.successPolicy && isTrue(status, "Complete"))
      errors.push(
        invalidWithoutValue(
          "status.conditions",
          "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
        ),
      );
    return;
  }
  for (const type of ["Failed", "FailureTarget"] as const)
    if (isTrue(status, type))
      errors.push(
        invalidWithoutValue("status.conditions", `cannot set SuccessCriteriaMet=True and ${type}=true conditions`),
      );
}

/** Counters only increase; times and final conditions stay. */
function checkProgress(errors: FieldError[], { spec, status }: Job, { status: old }: Job): void {
  for (const type of ["Failed", "Complete", "FailureTarget"] as const)
    if (isTrue(old, type) && !isTrue(status, type))
      errors.push(invalidWithoutValue("status.conditions", `cannot disable the terminal ${type}=True condition`));
  if ((status.failed ?? 0) < (old.failed ?? 0))
    errors.push(invalid("status.failed", status.failed ?? 0, "cannot decrease the failed counter"));
  // The completions of an indexed job can be lowered with its parallelism; successes beyond them no longer count.
  const mayShrink = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  if (!mayShrink && (status.succeeded ?? 0) < (old.succeeded ?? 0))
    errors.push(invalid("status.succeeded", status.succeeded ?? 0, "cannot decrease the succeeded counter"));
  if (status.completionTime && old.completionTime && status.completionTime !== old.completionTime)
    errors.push(invalid("status.completionTime", status.completionTime, "field is immutable"));
  const resumes = isTrue(old, "Suspended") && isFalse(status, "Suspended");
  if (old.startTime && status.startTime !== old.startTime && !spec.suspend && !resumes)
    errors.push(
      invalid("status.startTime", status.startTime ?? null, "field is immutable for unsuspended job once set"),
    );
  const met = isTrue(status, "SuccessCriteriaMet");
  const wasMet = isTrue(old, "SuccessCriteriaMet");
  if (wasMet && !met)
    errors.push(invalidWithoutValue("status.conditions", "cannot disable the SuccessCriteriaMet=True condition"));
  if (isTrue(old, "Complete") && !wasMet && met)
    errors.push(
      invalidWithoutValue(
        "status.conditions",
        "cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions",
      ),
    );
}
