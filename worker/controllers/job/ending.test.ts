import { describe, expect, it } from "vitest";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
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

describe("CTL-JOB-ENDING: a pod that is being deleted", () => {
  const tellToEnd = ({ cluster }: ControlledCluster, { metadata: { name = "" } }: Pod) =>
    cluster.change("pods", "ns", name, ({ metadata }) => {
      metadata.deletionTimestamp = new Date(cluster.now + 30_000).toISOString();
      metadata.deletionGracePeriodSeconds = 30;
      // The fake cluster has no grace period: an object without finalizers is deleted at once.
      metadata.finalizers = [...(metadata.finalizers ?? []), "test/running"];
    });
  const running = ({ cluster }: ControlledCluster, ready: boolean) => {
    for (const { metadata } of cluster.list("pods"))
      cluster.change("pods", "ns", metadata.name, (pod) => {
        pod.status = { phase: "Running", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] };
      });
  };

  it("counts as failed, and is replaced after ten seconds even if it is gone by then", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    running(at, false);
    tellToEnd(at, podAt(at, 0));
    await at.pass(2000);
    expect(job(at).status).toMatchObject({ failed: 1, terminating: 1, ready: 0 });
    expect(job(at).status.active).toBeUndefined();
    expect(podAt(at, 0).metadata.finalizers).toEqual(["test/running"]);
    at.cluster.change("pods", "ns", podAt(at, 0).metadata.name ?? "", ({ metadata }) => {
      metadata.finalizers = [];
    });
    at.cluster.remove("pods", "ns", podAt(at, 0).metadata.name ?? "");
    await at.pass(7000);
    expect(pods(at)).toHaveLength(1);
    await at.pass(1000);
    expect(pods(at)).toHaveLength(2);
    expect(job(at).status).toMatchObject({ active: 2, failed: 1, terminating: 0 });
  });

  it("CTL-JOB-WAIT: is not counted while others are ready, and counts by its final phase", async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
    await at.settle();
    running(at, true);
    await at.pass(1000);
    tellToEnd(at, podAt(at, 0));
    await at.pass(5000);
    expect(job(at).status).toMatchObject({ active: 2, ready: 2, terminating: 0 });
    end(at, podAt(at, 0), "Succeeded");
    await at.settle();
    expect(job(at).status).toMatchObject({ active: 1, ready: 1, succeeded: 1 });
    expect(job(at).status.failed).toBeUndefined();
  });
});

describe("CTL-JOB-TOGETHER: a Job that a pod's failure ends", () => {
  const fail = (at: ControlledCluster, index: number) =>
    end(at, podAt(at, index), "Failed", 1, timestamp(at.cluster.now));
  const phases = (at: ControlledCluster) => pods(at).map(({ status }) => status.phase);
  const begin = async () => {
    const at = start();
    at.cluster.put("jobs.batch", newJob({ completions: 3, parallelism: 3, backoffLimit: 0 }));
    await at.settle();
    return at;
  };

  it("leaves others a moment in which they may end by themselves, and deletes the rest", async () => {
    const at = await begin();
    fail(at, 0);
    await at.pass(500);
    fail(at, 1);
    await at.pass(2000);
    expect(phases(at)).toEqual(["Failed", "Failed"]);
    expect(condition(at, "Failed")).toMatchObject({ reason: "BackoffLimitExceeded" });
    expect(job(at).status.failed).toBe(3);
  });

  it("ends at once if no other runs", async () => {
    const at = await begin();
    for (const index of [0, 1, 2]) fail(at, index);
    await at.settle();
    expect(condition(at, "Failed")).toMatchObject({ reason: "BackoffLimitExceeded" });
  });
});

it("CTL-JOB-EXCEEDED: says so if more pods have succeeded than it asked for", async () => {
  const at = start();
  at.cluster.put("jobs.batch", newJob({ completions: 2, parallelism: 2 }));
  await at.settle();
  const { metadata, spec } = podAt(at, 0);
  for (const name of ["a", "b"])
    at.cluster.put<Pod>("pods", {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "ns", ...(metadata.labels && { labels: metadata.labels }) },
      spec,
      status: { phase: "Succeeded" },
    });
  end(at, podAt(at, 0), "Succeeded");
  await at.pass(1000);
  expect(job(at).status.succeeded).toBe(3);
  expect(events(at)).toContain("TooManySucceededPods: Too many succeeded pods running after completion count reached");
});
