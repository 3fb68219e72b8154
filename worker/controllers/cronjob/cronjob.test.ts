import { describe, expect, it } from "vitest";
import type { CronJob, Job } from "../../../api/generated/batch.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import { type ControlledCluster, controlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { cronJobController } from "./cronjob.ts";

const MINUTE_MS = 60_000;
const start = (spec: Partial<CronJob["spec"]> = {}): ControlledCluster => {
  const at = controlledCluster([cronJobController]);
  at.cluster.put("cronjobs.batch", {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "c", namespace: "ns" },
    spec: { schedule: "* * * * *", jobTemplate: { spec: { template: { spec: { containers: [] } } } }, ...spec },
    status: {},
  } as CronJob);
  return at;
};
const jobs = ({ cluster }: ControlledCluster) => cluster.list("jobs.batch");
const status = ({ cluster }: ControlledCluster) => cluster.get("cronjobs.batch", "ns", "c")?.status;
const reasons = ({ cluster }: ControlledCluster) => cluster.list("events").map(({ reason }) => reason);
const complete = (at: ControlledCluster, job: Job | undefined) =>
  at.cluster.change("jobs.batch", "ns", job?.metadata.name ?? "", (draft) => {
    draft.status = { conditions: [{ type: "Complete", status: "True" }], completionTime: "2024-01-01T00:00:30Z" };
  });

describe("cron job", () => {
  it("starts a job each minute, and reports the end of the jobs that it keeps", async () => {
    const at = start();
    await at.pass(MINUTE_MS);
    const [job] = jobs(at);
    expect(status(at)?.active).toMatchObject([{ name: job?.metadata.name }]);
    complete(at, job);
    await at.settle();
    expect(status(at)?.active).toBeUndefined();
    expect(status(at)?.lastSuccessfulTime).toBe("2024-01-01T00:00:30Z");
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SawCompletedJob"]);
  });

  it("writes its status once per start", async () => {
    const at = start();
    await at.pass(3 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(3);
    expect(at.cluster.requests.filter((request) => request.includes("cronjobs"))).toHaveLength(3);
    expect(status(at)?.lastScheduleTime).toBe("2026-01-01T00:03:00Z");
  });

  it("CTL-CRON-CHANGED: does not catch up on times of a new schedule before the change", async () => {
    const at = start({ schedule: "0 * * * *" });
    await at.pass(70 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    at.restart();
    at.cluster.change("cronjobs.batch", "ns", "c", ({ spec }) => {
      spec.schedule = "5,30 * * * *";
    });
    await at.pass(19 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    await at.pass(MINUTE_MS);
    expect(jobs(at)).toHaveLength(2);
    at.cluster.change("cronjobs.batch", "ns", "c", ({ spec }) => {
      spec.suspend = true;
    });
    await at.pass(60 * MINUTE_MS);
    at.cluster.change("cronjobs.batch", "ns", "c", ({ spec }) => {
      spec.suspend = false;
    });
    await at.settle();
    expect(jobs(at)).toHaveLength(3);
  });

  it("CTL-CRON-ONCE: does not start a job again that is deleted as soon as it is there", async () => {
    const at = start();
    const { create } = at.cluster.api;
    at.cluster.api.create = async (target, object) => {
      const made = await create(target, object);
      if (target.resource === "jobs.batch" && made.ok) at.cluster.remove("jobs.batch", "ns", made.object.metadata.name);
      return made;
    };
    await at.pass(3 * MINUTE_MS);
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SuccessfulCreate", "SuccessfulCreate"]);
    expect(status(at)?.lastScheduleTime).toBe(timestamp(at.cluster.now));
  });

  it("CTL-CRON-SURPLUS: sends only the deletion event for a finished job that is deleted at once", async () => {
    const at = start({ successfulJobsHistoryLimit: 0 });
    await at.pass(MINUTE_MS);
    complete(at, jobs(at)[0]);
    await at.settle();
    expect(jobs(at)).toEqual([]);
    expect(status(at)?.active).toBeUndefined();
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SuccessfulDelete"]);
  });

  it("CTL-CRON-SURPLUS: starts Jobs although others may not be deleted", async () => {
    const at = start({ successfulJobsHistoryLimit: 0 });
    await at.pass(MINUTE_MS);
    at.cluster.refuse = (verb) => (verb === "delete" ? { code: 403, message: "no" } : undefined);
    for (let minute = 1; minute < 20; minute++) {
      for (const job of jobs(at)) complete(at, job);
      await at.pass(MINUTE_MS);
    }
    await at.pass(2.5 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(22);
    at.cluster.refuse = () => undefined;
    await at.pass(MINUTE_MS);
    expect(jobs(at).filter(({ status }) => status.conditions)).toEqual([]);
  });

  it("CTL-CRON-REPLACED: does not report a job that it replaced as missing", async () => {
    const at = start({ concurrencyPolicy: "Replace" });
    await at.pass(2 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    expect(status(at)?.active).toMatchObject([{ name: jobs(at)[0]?.metadata.name }]);
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SuccessfulDelete", "SuccessfulCreate"]);
  });

  it("CTL-CRON-REPLACED: writes no status while the Job may not be deleted", async () => {
    const at = start({ concurrencyPolicy: "Replace" });
    await at.pass(MINUTE_MS);
    at.cluster.refuse = (verb) => (verb === "delete" ? { code: 403, message: "no" } : undefined);
    at.cluster.requests.length = 0;
    await at.pass(10 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    expect(status(at)?.active).toHaveLength(1);
    expect(at.cluster.requests.filter((request) => request.includes("cronjobs"))).toEqual([]);
    expect(at.cluster.list("events").at(-1)).toMatchObject({
      type: "Warning",
      reason: "FailedDelete",
      message: "Deleted job: no",
    });
  });

  const createOwned = ({ cluster }: ControlledCluster, { metadata, ...job }: Partial<Job>) =>
    cluster.put("jobs.batch", {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        ...metadata,
        namespace: "ns",
        ownerReferences: [
          {
            apiVersion: "batch/v1",
            kind: "CronJob",
            name: "c",
            uid: cluster.get("cronjobs.batch", "ns", "c")?.metadata.uid ?? "",
            controller: true,
          },
        ],
      },
      spec: {},
      status: {},
      ...job,
    } as unknown as Job);
  /** Like `kubectl create job --from=cronjob/c`. */
  const createByHand = (at: ControlledCluster) =>
    createOwned(at, { metadata: { name: "by-hand", annotations: { "cronjob.kubernetes.io/instantiate": "manual" } } });

  it("CTL-CRON-ACTIVE: has started those that have its name and a time", async () => {
    const at = start({ suspend: true });
    const annotations = { "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:00:00Z" };
    createOwned(at, { metadata: { name: "c-1", annotations } });
    createOwned(at, { metadata: { name: "d-1", annotations } });
    createOwned(at, { metadata: { name: "c-2" } });
    createOwned(at, {
      metadata: { name: "c-3", annotations },
      status: { conditions: [{ type: "Failed", status: "True" }] },
    });
    await at.settle();
    expect(status(at)?.active).toMatchObject([{ name: "c-1" }]);
    expect(reasons(at)).toEqual(["UnexpectedJob", "UnexpectedJob"]);
  });

  it("reports an active Job that is gone", async () => {
    const at = start();
    await at.pass(MINUTE_MS);
    at.cluster.remove("jobs.batch", "ns", jobs(at)[0]?.metadata.name ?? "");
    await at.settle();
    expect(status(at)?.active).toBeUndefined();
    expect(reasons(at)).toEqual(["SuccessfulCreate", "MissingJob"]);
  });

  it("keeps the youngest finished Jobs, by when they started, as many as each limit says", async () => {
    const at = start({ suspend: true, successfulJobsHistoryLimit: 2, failedJobsHistoryLimit: 1 });
    const finished = (name: string, type: string, startTime: string, state = "True") =>
      createOwned(at, {
        metadata: { name },
        status: { startTime, completionTime: startTime, conditions: [{ type, status: state }] },
      });
    finished("a", "Complete", "2026-01-01T00:00:04Z");
    finished("b", "Complete", "2026-01-01T00:00:01Z");
    finished("c", "Complete", "2026-01-01T00:00:02Z");
    finished("d", "Complete", "2026-01-01T00:00:02Z");
    finished("e", "Failed", "2026-01-01T00:00:01Z");
    finished("f", "Failed", "2026-01-01T00:00:03Z");
    finished("g", "Failed", "2026-01-01T00:00:00Z", "False");
    finished("h", "SuccessCriteriaMet", "2026-01-01T00:00:00Z");
    await at.settle();
    expect(jobs(at).map(({ metadata }) => metadata.name)).toEqual(["a", "d", "f", "g", "h"]);
    expect(status(at)?.lastSuccessfulTime).toBe("2026-01-01T00:00:04Z");
  });

  it("does not count Jobs that are being deleted, nor limits that are not there", async () => {
    const at = start({ suspend: true, successfulJobsHistoryLimit: 1 });
    for (const name of ["a", "b", "c"])
      createOwned(at, {
        metadata: { name, ...(name === "a" && { deletionTimestamp: "2026-01-01T00:00:09Z", finalizers: ["orphan"] }) },
        status: { conditions: [{ type: name === "c" ? "Failed" : "Complete", status: "True" }] },
      });
    await at.settle();
    expect(jobs(at).map(({ metadata }) => metadata.name)).toEqual(["a", "b", "c"]);
  });

  it.each([
    [undefined, ["c-29453820"]],
    [299, []],
    [301, ["c-29453820"]],
  ])("starts what it missed less than its deadline (%j) ago", async (startingDeadlineSeconds, names) => {
    const at = start({ schedule: "0 * * * *", suspend: true });
    await at.pass(65 * MINUTE_MS);
    at.cluster.change("cronjobs.batch", "ns", "c", ({ spec }) => {
      spec.suspend = false;
      if (startingDeadlineSeconds !== undefined) spec.startingDeadlineSeconds = startingDeadlineSeconds;
    });
    await at.settle();
    expect(jobs(at).map(({ metadata }) => metadata.name)).toEqual(names);
  });

  it("gives Jobs its template's labels and annotations, and the time in its zone", async () => {
    const metadata = { labels: { a: "1" }, annotations: { b: "2" } };
    const spec = { parallelism: 3, template: { spec: { containers: [] } } };
    const at = start({ timeZone: "Asia/Tokyo", jobTemplate: { metadata, spec } });
    await at.pass(MINUTE_MS);
    const [job] = jobs(at);
    expect(job?.metadata.labels).toEqual({ a: "1" });
    expect(job?.metadata.annotations).toEqual({
      b: "2",
      "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T09:01:00+09:00",
    });
    expect(job?.spec).toMatchObject(spec);
  });

  it.each(["Forbid", "Replace"])(
    "CTL-CRON-ACTIVE: starts beside a Job that it has not started under %s",
    async (policy) => {
      const at = start({ concurrencyPolicy: policy });
      createByHand(at);
      await at.pass(MINUTE_MS);
      expect(jobs(at)).toHaveLength(2);
      expect(reasons(at)).toContain("UnexpectedJob");
      expect(reasons(at)).toContain("SuccessfulCreate");
    },
  );

  it("CTL-CRON-ACTIVE: starts nothing under Forbid while its last Job is being deleted", async () => {
    const at = start({ concurrencyPolicy: "Forbid" });
    await at.pass(MINUTE_MS);
    at.cluster.change("jobs.batch", "ns", jobs(at)[0]?.metadata.name ?? "", ({ metadata }) => {
      Object.assign(metadata, { deletionTimestamp: "2026-01-01T00:01:00Z", finalizers: ["foregroundDeletion"] });
    });
    await at.pass(MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    expect(reasons(at)).toEqual(["SuccessfulCreate", "JobAlreadyActive"]);
  });

  it("still reports the end of a Job while it is being deleted", async () => {
    const at = start();
    await at.pass(MINUTE_MS);
    at.cluster.change("cronjobs.batch", "ns", "c", ({ metadata }) => {
      Object.assign(metadata, { deletionTimestamp: "2026-01-01T00:01:00Z", finalizers: ["foregroundDeletion"] });
    });
    complete(at, jobs(at)[0]);
    await at.pass(MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SawCompletedJob"]);
  });

  it("CTL-CRON-NEVER: reports a schedule that matches no day as invalid", async () => {
    const at = start({ schedule: "0 0 31 2 *" });
    await at.pass(MINUTE_MS);
    expect(at.cluster.list("events").map(({ message }) => message)).toEqual([
      "invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second",
    ]);
  });
});
