import { expect, it } from "vitest";
import type { CronJob } from "../../api/generated/batch.v1.ts";
import type { Stored } from "../../api/machinery/meta.ts";
import { jobOf } from "./job-of.ts";

it("a manually started Job is owned by its CronJob, annotated as manual, and named with a truncated prefix", () => {
  const name = "nightly-".padEnd(63, "x");
  const template = { metadata: { labels: { a: "b" }, annotations: { c: "d" } }, spec: { parallelism: 2 } };
  const cronJob = { metadata: { namespace: "shop", name, uid: "7" }, spec: { jobTemplate: template } };
  const job = jobOf(cronJob as unknown as Stored<CronJob>);
  expect(job).toMatchObject({
    metadata: {
      namespace: "shop",
      labels: { a: "b" },
      annotations: { c: "d", "cronjob.kubernetes.io/instantiate": "manual" },
      ownerReferences: [{ kind: "CronJob", name, uid: "7", controller: true }],
    },
    spec: { parallelism: 2 },
  });
  expect(job.metadata).not.toHaveProperty("name");
  expect(Reflect.get(job.metadata, "generateName")).toHaveLength(53);
});
