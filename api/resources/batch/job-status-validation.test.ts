import { describe, expect, test } from "vitest";
import type { Job, JobSpec, JobStatus } from "../../generated/batch.v1.ts";
import { validateJobStatusUpdate } from "./job-status-validation.ts";

const job = (status: JobStatus, spec: Partial<JobSpec> = {}) =>
  ({ metadata: { name: "j" }, spec: { completions: 1, ...spec }, status }) as Job;
const conditions = (...types: string[]) => types.map((type) => ({ type, status: "True" }));
const saying = ([path, text]: readonly [string, string]) =>
  expect.objectContaining({ path, message: expect.stringContaining(text) });

const early = "2026-01-01T00:00:00Z";
const late = "2026-01-01T01:00:00Z";
const met = job({ startTime: late, conditions: conditions("SuccessCriteriaMet") });

describe("REG-JOB-STATUS: the status of a job", () => {
  test.each<{ title: string; next: Job; old: Job; told: readonly (readonly [string, string])[] }>([
    {
      title: "cannot end before it begins",
      next: job({ startTime: late, completionTime: early, conditions: conditions("SuccessCriteriaMet", "Complete") }),
      old: met,
      told: [["status.completionTime", "must be equal to or after `startTime`"]],
    },
    {
      title: "keeps the time of its end",
      next: job({ completionTime: late, startTime: early, conditions: conditions("SuccessCriteriaMet", "Complete") }),
      old: job({ completionTime: early, startTime: early, conditions: conditions("SuccessCriteriaMet", "Complete") }),
      told: [["status.completionTime", "field is immutable"]],
    },
    {
      title: "keeps the time of its begin while it is not suspended",
      next: job({}),
      old: job({ startTime: early }),
      told: [["status.startTime", "field is immutable for unsuspended job once set"]],
    },
    {
      title: "restarts where it says that it continues",
      next: job({ startTime: late, conditions: [{ type: "Suspended", status: "False" }] }),
      old: job({ startTime: early, conditions: conditions("Suspended") }),
      told: [],
    },
    {
      title: "cannot end without a begin",
      next: job({ completionTime: late, conditions: conditions("SuccessCriteriaMet", "Complete") }),
      old: job({ conditions: conditions("SuccessCriteriaMet") }),
      told: [["status.startTime", "startTime is required for finished job"]],
    },
    {
      title: "can, if it is suspended and has nothing to do",
      next: job(
        { completionTime: late, conditions: conditions("SuccessCriteriaMet", "Complete") },
        { completions: 0, suspend: true },
      ),
      old: job({ conditions: conditions("SuccessCriteriaMet") }, { completions: 0, suspend: true }),
      told: [],
    },
    {
      title: "has counted all when it ends",
      next: job({
        startTime: early,
        completionTime: late,
        conditions: conditions("SuccessCriteriaMet", "Complete"),
        uncountedTerminatedPods: { succeeded: ["u"] },
      }),
      old: met,
      told: [
        ["status.uncountedTerminatedPods", "must be empty for finished job"],
        ["status.startTime", "field is immutable for unsuspended job once set"],
      ],
    },
    {
      title: "has met the criteria of its policy when it is complete",
      next: job(
        { startTime: late, conditions: conditions("Complete") },
        { successPolicy: { rules: [{ succeededCount: 1 }] } },
      ),
      old: job({ startTime: late, conditions: conditions("Complete") }),
      told: [
        ["status.conditions", "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True"],
      ],
    },
    {
      title: "reports indexes before pods",
      next: job({ completedIndexes: "0", failedIndexes: "1", ready: 1 }),
      old: job({}),
      told: [
        ["status.completedIndexes", "when non-indexed completion mode"],
        ["status.failedIndexes", "when backoffLimitPerIndex is null"],
        ["status.ready", "cannot set more ready pods than active"],
      ],
    },
  ])("$title", ({ next, old, told }) => {
    expect(validateJobStatusUpdate(next, old)).toEqual(told.map(saying));
  });
});
