import { expect, it } from "vitest";
import type { ControlledCluster } from "../../../test/fakes/controllers/controlled-cluster.ts";
import { end, job, newJob, podAt, pods, start } from "../../../test/fakes/controllers/controlled-job.ts";

const started = async (count: number) => {
  const at = start();
  at.cluster.put("jobs.batch", newJob({ completions: count, parallelism: count }));
  await at.settle();
  return at;
};
const ready = ({ cluster }: ControlledCluster, name: string) =>
  cluster.change("pods", "ns", name, (draft) => {
    draft.status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  });

/** Does this to one pod after the other, a twentieth of a second apart; returns how often the status was written. */
async function oneByOne(at: ControlledCluster, change: (name: string) => void) {
  const versions = new Set([job(at).metadata.resourceVersion]);
  for (const { metadata } of pods(at)) {
    change(metadata.name ?? "");
    await at.pass(50);
    versions.add(job(at).metadata.resourceVersion);
  }
  return versions.size - 1;
}

it("CTL-JOB-BATCH: that its pods become ready and end is recorded once a second, however many they are", async () => {
  const at = await started(60);
  expect(await oneByOne(at, (name) => ready(at, name))).toBeLessThanOrEqual(3);
  await at.pass(1000);
  expect(job(at).status).toMatchObject({ active: 60, ready: 60 });
  const ended = (name: string) => end(at, at.cluster.get("pods", "ns", name) ?? podAt(at, 0), "Succeeded");
  expect(await oneByOne(at, ended)).toBeLessThanOrEqual(4);
  expect(job(at).status).toMatchObject({
    succeeded: 60,
    conditions: [{ type: "SuccessCriteriaMet" }, { type: "Complete" }],
  });
});

it("CTL-JOB-BATCH: does not wait to replace a pod, or for others if none is active", async () => {
  const at = start();
  at.cluster.put("jobs.batch", newJob({ completions: 3, parallelism: 2 }));
  await at.settle();
  for (const next of [2, 3]) {
    end(at, podAt(at, next - 2), "Succeeded");
    await at.settle();
    expect(pods(at)).toHaveLength(3);
  }
  end(at, podAt(at, 2), "Succeeded");
  await at.settle();
  expect(job(at).status.succeeded).toBe(3);
});
