import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  condition,
  end,
  events,
  job,
  newJob,
  podAt,
  pods,
  start,
} from "../../../test/fakes/controllers/controlled-job.ts";

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

  it.each(["Indexed", "NonIndexed"] as const)(
    "CTL-JOB-SURPLUS: keeps those of its %s pods that are worth most",
    async (completionMode) => {
      const at = start();
      at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2, completionMode }));
      await at.settle();
      const [first] = pods(at);
      if (!first) throw new Error("no pod");
      at.cluster.put("pods", {
        ...first,
        metadata: { ...first.metadata, name: "z" },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
      await at.settle();
      const names = pods(at).map(({ metadata }) => metadata.name);
      expect(names).toHaveLength(2);
      expect(names).toContain("z");
      expect(completionMode === "Indexed" && names.includes(first.metadata.name)).toBe(false);
    },
  );

  it("gets its first status once its pods are created", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    expect(job(at).status).toMatchObject({ active: 2, startTime: expect.any(String) });
    expect(at.cluster.requests.filter((each) => each.includes("jobs.batch"))).toHaveLength(1);
  });

  it("gets a status even if no pod can be created", async () => {
    const at = start();
    at.cluster.refuse = (verb) => (verb === "create" ? { code: 403, reason: "Forbidden" } : undefined);
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.pass(1000);
    expect(job(at).status).toMatchObject({ startTime: expect.any(String), ready: 0 });
  });

  it("removes finalizers from deleted pods even if it cannot create others, as in a terminating namespace", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    at.cluster.refuse = (verb) => (verb === "create" ? { code: 403, reason: "Forbidden" } : undefined);
    for (const { metadata } of pods(at)) {
      at.cluster.change("pods", "ns", metadata.name ?? "", (draft) => {
        draft.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
      });
    }
    await at.pass(2000);
    expect(pods(at).flatMap(({ metadata }) => metadata.finalizers ?? [])).toEqual([]);
  });

  it("counts no pods as active that could not be created because the namespace is being deleted", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    const details = { causes: [{ reason: "NamespaceTerminating", field: "metadata.namespace" }] };
    at.cluster.refuse = (verb) => (verb === "create" ? { code: 403, reason: "Forbidden", details } : undefined);
    for (const { metadata } of pods(at)) {
      at.cluster.change("pods", "ns", metadata.name ?? "", ({ metadata }) => {
        metadata.finalizers = [];
      });
      at.cluster.remove("pods", "ns", metadata.name ?? "");
    }
    await at.pass(60_000);
    expect(pods(at)).toEqual([]);
    expect(job(at).status.active ?? 0).toBe(0);
  });

  it("fails when the deadline passes, counting the pods that it terminates", async () => {
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

  it("CTL-BURST: can request two billion indexes", async () => {
    const at = start();
    const completions = 2 ** 31 - 1;
    const rules = [{ succeededIndexes: `0-${completions - 1}`, succeededCount: 1 }];
    at.cluster.put(
      "jobs.batch",
      newJob({ completions, parallelism: 2, completionMode: "Indexed", successPolicy: { rules } }),
    );
    await at.settle();
    at.cluster.change("jobs.batch", "ns", job(at).metadata.name ?? "", (draft) => {
      draft.status = { ...draft.status, completedIndexes: `0-${completions - 3}` };
    });
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(condition(at, "SuccessCriteriaMet")).toMatchObject({ message: "Matched rules at index 0" });
  });

  it("completes by its success policy, not counting the remaining pods", async () => {
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
      at.cluster.change("jobs.batch", "ns", "j", (draft) => {
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

  it("CTL-JOB-SUSPEND-EVENT: reports that it is suspended even if its pods may not be deleted yet", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob());
    await at.settle();
    at.cluster.refuse = (verb) => (verb === "delete" ? { code: 403, message: "no" } : undefined);
    at.cluster.change("jobs.batch", "ns", "j", (draft) => {
      draft.spec.suspend = true;
    });
    await at.settle();
    at.cluster.refuse = () => undefined;
    await at.pass(60_000);
    expect(events(at).filter((event) => event.startsWith("Suspended"))).toEqual(["Suspended: Job suspended"]);
  });

  it("CTL-JOB-SUSPENDED: ends although it is suspended, if a pod that it could not remove has failed", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1, backoffLimit: 0 }));
    await at.settle();
    at.cluster.refuse = (verb, { resource }) => (verb === "patch" && resource === "pods" ? { code: 403 } : undefined);
    at.cluster.change("jobs.batch", "ns", "j", (draft) => {
      draft.spec.suspend = true;
    });
    await at.pass(1000);
    expect(job(at).status.startTime).toBeUndefined();
    end(at, podAt(at, 0), "Failed");
    at.cluster.refuse = () => undefined;
    await at.pass(120_000);
    expect(condition(at, "Failed")?.status).toBe("True");
    expect(job(at).status).toMatchObject({ failed: 1, startTime: expect.any(String) });
  });

  it("REG-JOB-STATUS: completes a suspended job that has no work left", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 0, suspend: true }));
    await at.settle();
    expect(condition(at, "Complete")).toMatchObject({ status: "True", reason: "CompletionsReached" });
    expect(job(at).status.startTime).toBeUndefined();
  });

  it("removes finalizers from the pods of a deleted job", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 1 }));
    await at.settle();
    at.cluster.remove("jobs.batch", "ns", "j");
    await at.settle();
    expect(podAt(at, 0).metadata.finalizers ?? []).toEqual([]);
  });

  it("never runs more pods than its parallelism, nor counts more than its completions", async () => {
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
