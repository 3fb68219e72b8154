import { describe, expect, it } from "vitest";
import type { CronJob, Job } from "../../../api/generated/batch.v1.ts";
import type { Event } from "../../../api/generated/core.v1.ts";
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
const jobs = ({ cluster }: ControlledCluster) => cluster.list<Job>("jobs.batch");
const status = ({ cluster }: ControlledCluster) => cluster.get<CronJob>("cronjobs.batch", "ns", "c")?.status;
const reasons = ({ cluster }: ControlledCluster) => cluster.list<Event>("events").map(({ reason }) => reason);
const complete = (at: ControlledCluster, job: Job | undefined) =>
  at.cluster.change<Job>("jobs.batch", "ns", job?.metadata.name ?? "", (draft) => {
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

  it("CTL-CRON-SURPLUS: sends only the deletion event for a finished job that is deleted at once", async () => {
    const at = start({ successfulJobsHistoryLimit: 0 });
    await at.pass(MINUTE_MS);
    complete(at, jobs(at)[0]);
    await at.settle();
    expect(jobs(at)).toEqual([]);
    expect(status(at)?.active).toBeUndefined();
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SuccessfulDelete"]);
  });

  it("CTL-CRON-REPLACED: does not report a job that it replaced as missing", async () => {
    const at = start({ concurrencyPolicy: "Replace" });
    await at.pass(2 * MINUTE_MS);
    expect(jobs(at)).toHaveLength(1);
    expect(status(at)?.active).toMatchObject([{ name: jobs(at)[0]?.metadata.name }]);
    expect(reasons(at)).toEqual(["SuccessfulCreate", "SuccessfulDelete", "SuccessfulCreate"]);
  });

  it("CTL-CRON-NEVER: reports a schedule that matches no day as invalid", async () => {
    const at = start({ schedule: "0 0 31 2 *" });
    await at.pass(MINUTE_MS);
    expect(at.cluster.list<Event>("events").map(({ message }) => message)).toEqual([
      "invalid schedule: 0 0 31 2 * : time difference between two schedules is less than 1 second",
    ]);
  });
});
