import { describe, expect, it } from "vitest";
import type { Job } from "../../../api/generated/batch.v1.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import type { ControlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
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

const TRACKING = "batch.kubernetes.io/job-tracking";
const perIndex = (spec: Partial<Job["spec"]> = {}): Job =>
  newJob({ completions: 2, parallelism: 2, completionMode: "Indexed", backoffLimitPerIndex: 1, ...spec });
const isTracked = ({ metadata }: Pod) => metadata.finalizers?.includes(TRACKING) ?? false;
const change = ({ cluster }: ControlledCluster, edit: (draft: Job) => void) =>
  cluster.change("jobs.batch", "ns", "j", edit);
const started = async (wanted: Job) => {
  const at = start();
  at.cluster.put("jobs.batch", wanted);
  await at.settle();
  return at;
};
const deletion = ({ metadata }: Job) => {
  metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  metadata.finalizers = ["foregroundDeletion"];
};

describe("CTL-JOB-DELETED: a Job that is being deleted", () => {
  it("lets go of all its pods, also of a failed one that is kept for its index's count", async () => {
    const at = await started(perIndex());
    end(at, podAt(at, 0), "Failed");
    await at.settle();
    expect(pods(at).filter(isTracked)).toHaveLength(2);
    change(at, deletion);
    await at.settle();
    expect(pods(at).filter(isTracked)).toEqual([]);
    expect(job(at).status.failed).toBe(1);
  });

  it("still fails when its deadline is over", async () => {
    const at = await started(newJob({ activeDeadlineSeconds: 60 }));
    change(at, deletion);
    await at.settle();
    await at.pass(60_000);
    expect(condition(at, "Failed")?.reason).toBe("DeadlineExceeded");
    expect(events(at)).toContain("SuccessfulDelete: Deleted pod: j-00002");
  });

  it("is not suspended any more", async () => {
    const at = await started(newJob({ completions: 1 }));
    change(at, (draft) => {
      deletion(draft);
      draft.spec.suspend = true;
    });
    await at.settle();
    expect(events(at)).toEqual(["SuccessfulCreate: Created pod: j-00002"]);
    expect(condition(at, "Suspended")).toBeUndefined();
  });
});

describe.each([
  ["succeed", "Succeeded", {}, { succeeded: 700 }],
  ["fail", "Failed", {}, { failed: 700 }],
  ["are deleted as their Job fails", "Running", { activeDeadlineSeconds: 1 }, { failed: 700 }],
])("CTL-JOB-COUNTED: hundreds of pods that %s at once", (_, phase, spec, counted) => {
  it("are all counted, although the status has no room for all of them", async () => {
    const at = await started(newJob({ completions: 700, parallelism: 700, ...spec }));
    for (const pod of pods(at)) end(at, pod, phase);
    await at.pass(5000);
    await at.pass(5000);
    expect(job(at).status).toMatchObject(counted);
    expect(pods(at).filter(isTracked)).toEqual([]);
  });
});

describe("CTL-JOB-COUNTED: when a Job fails", () => {
  const exceedDeadline = async (at: ControlledCluster) => {
    change(at, ({ spec }) => {
      spec.activeDeadlineSeconds = 1;
    });
    await at.pass(5000);
    expect(condition(at, "FailureTarget")?.reason).toBe("DeadlineExceeded");
  };

  it("a pod that is kept for its index's count, and still ends, counts once", async () => {
    const at = await started(perIndex());
    at.cluster.change("pods", "ns", podAt(at, 0).metadata.name ?? "", ({ metadata }) => {
      metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
    });
    end(at, podAt(at, 1), "Succeeded");
    await exceedDeadline(at);
    expect(job(at).status.failed).toBe(1);
  });

  it("a pod that is kept for its index's count, and was ignored by the failure policy, does not count", async () => {
    const rules = [{ action: "Ignore", onExitCodes: { operator: "In", values: [42] } }];
    const at = await started(perIndex({ podFailurePolicy: { rules } }));
    end(at, podAt(at, 0), "Failed", 42);
    end(at, podAt(at, 1), "Succeeded");
    await exceedDeadline(at);
    expect(job(at).status.failed).toBeUndefined();
  });

  it("a pod whose index is none of the Job's any more does not count", async () => {
    const at = await started(newJob({ completions: 2, parallelism: 2, completionMode: "Indexed" }));
    await at.pass(5000);
    change(at, ({ spec }) => {
      Object.assign(spec, { completions: 1, parallelism: 1, activeDeadlineSeconds: 1 });
    });
    await at.settle();
    expect(job(at).status.failed).toBe(1);
  });
});

it("removes the finalizer of a surplus pod once, although the pod may not be deleted", async () => {
  const at = await started(newJob({ parallelism: 1 }));
  at.cluster.refuse = (verb) => (verb === "delete" ? { code: 403, message: "no" } : undefined);
  at.cluster.requests.length = 0;
  change(at, ({ spec }) => {
    spec.parallelism = 0;
  });
  await at.pass(60_000);
  expect(at.cluster.requests.filter((request) => request.startsWith("patch pods"))).toHaveLength(1);
});

describe("the finalizer of a pod that no running Job counts", () => {
  const finished = (spec: Partial<Job["spec"]>): Job => ({
    ...newJob(spec),
    status: { conditions: [{ type: "Complete", status: "True" }] },
  });
  it.each<[string, Job | undefined, string | undefined, boolean]>([
    ["goes with the Job's end", finished({}), "batch/v1", false],
    ["goes if it has no owner", undefined, undefined, false],
    ["stays for the controller that manages its Job", finished({ managedBy: "example.com/x" }), "batch/v1", true],
    ["stays for an owner of another group", undefined, "batch.example.com/v1", true],
  ])("%s", async (_, owner, apiVersion, stays) => {
    const at = start();
    const uid = owner && at.cluster.put("jobs.batch", owner).metadata.uid;
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      spec: { containers: [] },
      status: { phase: "Succeeded" },
      metadata: {
        name: "p",
        namespace: "ns",
        finalizers: [TRACKING],
        ...(apiVersion && {
          ownerReferences: [{ apiVersion, kind: "Job", name: "j", uid: uid ?? "u", controller: true }],
        }),
      },
    });
    await at.settle();
    expect(isTracked(podAt(at, 0))).toBe(stays);
  });

  it("stays on a pod that its Job adopts in the meantime", async () => {
    const turns: number[] = [];
    const at = start({ delay: () => turns.pop() ?? 0 });
    at.cluster.put("jobs.batch", newJob());
    await at.settle();
    at.cluster.change("pods", "ns", podAt(at, 0).metadata.name ?? "", ({ metadata }) => {
      metadata.ownerReferences = [];
    });
    turns.push(20);
    await at.pass(5000);
    expect(pods(at)).toMatchObject([{ metadata: { ownerReferences: [{ name: "j" }], finalizers: [TRACKING] } }]);
  });
});
