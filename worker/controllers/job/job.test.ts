import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Event, Pod } from "../../../api/generated/core.v1.ts";
import { type ControlledCluster, controlledCluster } from "../../../test/fakes/controlled-cluster.ts";
import { parseIndexes, printIndexes } from "./indexes.ts";
import { jobController } from "./job.ts";
import { jobOrphanController } from "./orphan-pods.ts";

const start = () => controlledCluster([jobController, jobOrphanController]);

const newJob = (spec: Partial<Job["spec"]> = {}): Job => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "j", namespace: "ns" },
  spec: {
    parallelism: 1,
    backoffLimit: 6,
    completionMode: "NonIndexed",
    selector: { matchLabels: { job: "j" } },
    template: {
      metadata: { labels: { job: "j" } },
      spec: { restartPolicy: "Never", containers: [{ name: "c", image: "pause:1" }] },
    },
    ...spec,
  },
  status: {},
});

const job = ({ cluster }: ControlledCluster) => {
  const found = cluster.get<Job>("jobs.batch", "ns", "j");
  if (!found) throw new Error("no job");
  return found;
};
const pods = ({ cluster }: ControlledCluster) => cluster.list<Pod>("pods");
const end = ({ cluster }: ControlledCluster, pod: Pod, phase: string, exitCode = 1) =>
  cluster.change<Pod>("pods", "ns", pod.metadata.name ?? "", (draft) => {
    draft.status = { phase };
    if (phase === "Failed")
      draft.status.containerStatuses = [
        { name: "c", image: "", imageID: "", ready: false, restartCount: 0, state: { terminated: { exitCode } } },
      ];
  });
const podAt = (at: ControlledCluster, index: number): Pod => {
  const pod = pods(at)[index];
  if (!pod) throw new Error(`no pod ${index}`);
  return pod;
};
const condition = (at: ControlledCluster, type: string) =>
  job(at).status.conditions?.find((each) => each.type === type);
const events = ({ cluster }: ControlledCluster) =>
  cluster.list<Event>("events").map(({ reason, message }) => `${reason}: ${message}`);

describe("job", () => {
  it("runs to completion and counts each pod once", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 3, parallelism: 2 }));
    await at.settle();
    expect(job(at).status).toMatchObject({ active: 2, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    for (let round = 0; round < 3; round++) {
      end(at, podAt(at, round), "Succeeded");
      await at.settle();
    }
    expect(at.complaints).toEqual([]);
    expect(job(at).status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
    expect(job(at).status.active).toBeUndefined();
    expect(job(at).status.conditions?.map(({ type, message }) => [type, message])).toEqual([
      ["SuccessCriteriaMet", "Reached expected number of succeeded pods"],
      ["Complete", "Reached expected number of succeeded pods"],
    ]);
    expect(pods(at).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
    expect(events(at)).toContain("Completed: Job completed");
  });

  it("lets go of deleted pods where it may make no others, as in a namespace that is being deleted", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    at.cluster.refuse = (verb) => (verb === "create" ? { code: 403, reason: "Forbidden" } : undefined);
    for (const { metadata } of pods(at)) {
      at.cluster.change<Pod>("pods", "ns", metadata.name ?? "", (draft) => {
        draft.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
      });
    }
    await at.pass(2000);
    expect(pods(at).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  describe("CTL-JOB-ENDING: a pod that is told to end", () => {
    const tellToEnd = ({ cluster }: ControlledCluster, { metadata: { name = "" } }: Pod) =>
      cluster.change<Pod>("pods", "ns", name, ({ metadata }) => {
        metadata.deletionTimestamp = new Date(cluster.now + 30_000).toISOString();
        metadata.deletionGracePeriodSeconds = 30;
        // The fake cluster knows no grace: what has no finalizer is gone.
        metadata.finalizers = [...(metadata.finalizers ?? []), "test/running"];
      });
    const running = ({ cluster }: ControlledCluster, ready: boolean) => {
      for (const { metadata } of cluster.list<Pod>("pods"))
        cluster.change<Pod>("pods", "ns", metadata.name, (pod) => {
          pod.status = { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] };
        });
    };

    it("counts as failed, and is replaced when ten seconds are over, though it is gone by then", async () => {
      const at = start();
      at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
      await at.settle();
      running(at, false);
      tellToEnd(at, podAt(at, 0));
      await at.pass(2000);
      expect(job(at).status).toMatchObject({ failed: 1, terminating: 1, ready: 0 });
      expect(job(at).status.active).toBeUndefined();
      expect(podAt(at, 0).metadata.finalizers).toEqual(["test/running"]);
      at.cluster.change<Pod>("pods", "ns", podAt(at, 0).metadata.name ?? "", ({ metadata }) => {
        metadata.finalizers = [];
      });
      at.cluster.remove("pods", "ns", podAt(at, 0).metadata.name ?? "");
      await at.pass(7000);
      expect(pods(at)).toHaveLength(1);
      await at.pass(1000);
      expect(pods(at)).toHaveLength(2);
      expect(job(at).status).toMatchObject({ active: 2, failed: 1, terminating: 0 });
    });

    it("CTL-JOB-WAIT: is not taken note of while others are ready, and counts as what it ends as", async () => {
      const at = start();
      at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
      await at.settle();
      running(at, true);
      await at.settle();
      tellToEnd(at, podAt(at, 0));
      await at.pass(5000);
      expect(job(at).status).toMatchObject({ active: 2, ready: 2, terminating: 0 });
      end(at, podAt(at, 0), "Succeeded");
      await at.settle();
      expect(job(at).status).toMatchObject({ active: 1, ready: 1, succeeded: 1 });
      expect(job(at).status.failed).toBeUndefined();
    });
  });

  it("fails when the deadline passes, counting what it ends", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1, activeDeadlineSeconds: 5 }));
    await at.settle();
    const [ended] = pods(at);
    await at.pass(6000);
    expect(condition(at, "Failed")).toMatchObject({
      reason: "DeadlineExceeded",
      message: "Job was active longer than specified deadline",
    });
    expect(job(at).status).toMatchObject({ failed: 1, terminating: 0 });
    expect(pods(at)).toEqual([]);
    expect(events(at)).toContain("DeadlineExceeded: Job was active longer than specified deadline");
    expect(events(at)).toContain(`SuccessfulDelete: Deleted pod: ${ended?.metadata.name}`);
  });

  it("waits longer after each failure, and gives up at the backoff limit", async () => {
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

  it("fails at once where the pod failure policy says so", async () => {
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

  it("keeps failures of an index to the index", async () => {
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
    await at.settle();
    expect(job(at).status).toMatchObject({ active: 1, failed: 1, failedIndexes: "0" });
    end(at, podAt(at, 1), "Succeeded");
    await at.settle();
    expect(job(at).status).toMatchObject({ succeeded: 1, failed: 1, completedIndexes: "1", failedIndexes: "0" });
    expect(condition(at, "Failed")).toMatchObject({ reason: "FailedIndexes", message: "Job has failed indexes" });
  });

  it("ends by its success policy, leaving the rest uncounted", async () => {
    const at = start();
    at.cluster.put(
      "jobs.batch",
      newJob({
        completions: 3,
        parallelism: 3,
        completionMode: "Indexed",
        successPolicy: { rules: [{ succeededCount: 2 }] },
      }),
    );
    await at.settle();
    for (const index of [0, 1]) end(at, podAt(at, index), "Succeeded");
    await at.settle();
    expect(condition(at, "Complete")).toMatchObject({ reason: "SuccessPolicy", message: "Matched rules at index 0" });
    expect(job(at).status).toMatchObject({ succeeded: 2, completedIndexes: "0,1" });
    expect(job(at).status.failed).toBeUndefined();
    expect(pods(at)).toHaveLength(2);
  });

  it("suspends and resumes without counting the removed pods", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1, suspend: true }));
    await at.settle();
    expect(condition(at, "Suspended")).toMatchObject({ status: "True", reason: "JobSuspended" });
    for (const suspend of [false, true]) {
      at.cluster.change<Job>("jobs.batch", "ns", "j", (draft) => {
        draft.spec.suspend = suspend;
      });
      await at.settle();
    }
    await at.pass(3000);
    expect(pods(at)).toEqual([]);
    expect(job(at).status).toMatchObject({ terminating: 0 });
    expect(job(at).status.failed).toBeUndefined();
    expect(job(at).status.startTime).toBeUndefined();
    expect(events(at).filter((text) => text.startsWith("Suspended"))).not.toEqual([]);
  });

  it("REG-JOB-STATUS: completes a suspended job that has nothing to do", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 0, suspend: true }));
    await at.settle();
    expect(condition(at, "Complete")).toMatchObject({ status: "True", reason: "CompletionsReached" });
    expect(job(at).status.startTime).toBeUndefined();
  });

  it("lets pods of a job that is gone go", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1 }));
    await at.settle();
    at.cluster.remove("jobs.batch", "ns", "j");
    await at.settle();
    expect(podAt(at, 0).metadata.finalizers ?? []).toEqual([]);
  });

  it("never runs more pods than its parallelism, nor counts beyond its completions", async () => {
    const runs = fc.record({
      completions: fc.integer({ min: 1, max: 6 }),
      parallelism: fc.integer({ min: 1, max: 4 }),
      indexed: fc.boolean(),
      ends: fc.array(fc.tuple(fc.nat(10), fc.boolean()), { minLength: 5, maxLength: 20 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async ({ completions, parallelism, indexed, ends }) => {
        const at = start();
        at.cluster.onCommit = () => {
          const active = pods(at).filter(
            ({ status, metadata }) =>
              !metadata.deletionTimestamp && !["Succeeded", "Failed"].includes(status.phase ?? ""),
          );
          expect(active.length).toBeLessThanOrEqual(parallelism);
          expect(job(at).status.succeeded ?? 0).toBeLessThanOrEqual(completions);
        };
        const mode = indexed ? "Indexed" : "NonIndexed";
        at.cluster.put("jobs.batch", newJob({ completions, parallelism, completionMode: mode, backoffLimit: 100 }));
        for (const [pick, success] of ends) {
          await at.pass(700_000);
          const active = pods(at).filter(({ status }) => status.phase === undefined);
          const chosen = active[pick % Math.max(1, active.length)];
          if (chosen) end(at, chosen, success ? "Succeeded" : "Failed");
        }
        await at.pass(700_000);
        const succeeded = pods(at).filter(({ status }) => status.phase === "Succeeded").length;
        expect(job(at).status.succeeded ?? 0).toBe(succeeded);
      }),
      { numRuns: 30 },
    );
  });
});

describe("index sets", () => {
  it.each([
    ["0,1,3", [0, 1, 3]],
    ["0-2,5", [0, 1, 2, 5]],
    ["", []],
  ])("%s", (text, indexes) => {
    expect(printIndexes(indexes)).toBe(text);
    expect([...parseIndexes(text, 10)]).toEqual(indexes);
  });
});
