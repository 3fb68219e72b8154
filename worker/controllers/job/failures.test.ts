import { describe, expect, it } from "vitest";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { condition, end, job, newJob, podAt, pods, start } from "../../../test/fakes/controllers/controlled-job.ts";

describe("job", () => {
  it("backs off after each failure, and fails at the backoff limit", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1, backoffLimit: 1 }));
    await at.settle();
    end(at, podAt(at, 0), "Failed");
    await at.settle();
    expect(pods(at)).toHaveLength(1);
    await at.pass(10_000);
    expect(pods(at)).toHaveLength(2);
    end(at, podAt(at, 1), "Failed");
    await at.settle();
    expect(condition(at, "Failed")).toMatchObject({ reason: "BackoffLimitExceeded" });
    expect(job(at).status.failed).toBe(2);
  });

  it("CTL-JOB-WAIT: does not back off for failures of a deleted job of the same name", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob());
    await at.settle();
    end(at, podAt(at, 0), "Failed");
    await at.settle();
    at.cluster.remove("jobs.batch", "ns", "j");
    at.cluster.put("jobs.batch", newJob());
    await at.settle();
    expect(pods(at).filter(({ status }) => status.phase !== "Failed")).toHaveLength(1);
  });

  it("fails at once if the pod failure policy says so", async () => {
    const at = start();
    const rules = [{ action: "FailJob", onExitCodes: { containerName: "c", operator: "In", values: [42] } }];
    at.cluster.put("jobs.batch", newJob({ completions: 1, podFailurePolicy: { rules } }));
    await at.settle();
    end(at, podAt(at, 0), "Failed", 42);
    await at.settle();
    expect(condition(at, "Failed")?.message).toBe(
      `Container c for pod ns/${podAt(at, 0).metadata.name} failed with exit code 42 matching FailJob rule at index 0`,
    );
  });

  it("CTL-JOB-IGNORED: does not back off for ignored pods that fail one after the other", async () => {
    const at = start();
    const rules = [{ action: "Ignore", onExitCodes: { containerName: "c", operator: "In", values: [42] } }];
    at.cluster.put("jobs.batch", newJob({ completions: 3, parallelism: 3, podFailurePolicy: { rules } }));
    await at.settle();
    end(at, podAt(at, 0), "Failed", 42);
    await at.pass(5000);
    end(at, podAt(at, 1), "Failed", 42);
    await at.pass(4000);
    expect(pods(at).filter(({ status }) => status.phase !== "Failed")).toHaveLength(1);
    await at.pass(1000);
    expect(pods(at).filter(({ status }) => status.phase !== "Failed")).toHaveLength(3);
    expect(job(at).status).toMatchObject({ active: 3 });
  });

  it("CTL-JOB-IGNORED: backs off for an ignored pod that was terminating, though none is active", async () => {
    const at = start();
    const rules = [{ action: "Ignore", onExitCodes: { containerName: "c", operator: "In", values: [42] } }];
    const podReplacementPolicy = "Failed";
    at.cluster.put("jobs.batch", newJob({ parallelism: 2, podReplacementPolicy, podFailurePolicy: { rules } }));
    await at.settle();
    for (const { metadata } of pods(at))
      at.cluster.change("pods", "ns", metadata.name, (draft) => {
        draft.metadata.deletionTimestamp = timestamp(at.cluster.now + 30_000);
        draft.metadata.deletionGracePeriodSeconds = 30;
      });
    await at.settle();
    expect(job(at).status.terminating).toBe(2);
    end(at, podAt(at, 0), "Failed", 42);
    await at.pass(9000);
    expect(pods(at).filter(({ metadata }) => !metadata.deletionTimestamp)).toEqual([]);
    await at.pass(1000);
    expect(pods(at).filter(({ metadata }) => !metadata.deletionTimestamp)).toHaveLength(1);
  });

  it("counts failures of an index for that index only", async () => {
    const at = start();
    at.cluster.put(
      "jobs.batch",
      newJob({
        completions: 2,
        parallelism: 2,
        completionMode: "Indexed",
        backoffLimitPerIndex: 0,
        backoffLimit: 2147483647,
      }),
    );
    await at.settle();
    expect(podAt(at, 0).metadata.annotations).toEqual({
      "batch.kubernetes.io/job-completion-index": "0",
      "batch.kubernetes.io/job-index-failure-count": "0",
    });
    end(at, podAt(at, 0), "Failed");
    await at.pass(1000);
    expect(job(at).status).toMatchObject({ active: 1, failed: 1, failedIndexes: "0" });
    end(at, podAt(at, 1), "Succeeded");
    await at.settle();
    expect(job(at).status).toMatchObject({ succeeded: 1, failed: 1, completedIndexes: "1", failedIndexes: "0" });
    expect(condition(at, "Failed")).toMatchObject({ reason: "FailedIndexes", message: "Job has failed indexes" });
  });
});
