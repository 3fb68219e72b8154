import { expect, test } from "vitest";
import type { PodSpec } from "../../api/generated/core.v1.ts";
import { renderFamilies } from "../../api/metrics/exposition.ts";
import { node, pod } from "../../test/fakes/scheduler/scheduler-objects.ts";
import { SchedulingBench } from "../../test/fakes/scheduler/scheduling-bench.ts";

const samplesOf = (bench: SchedulingBench) => {
  const lines = renderFamilies(bench.loop.metrics()).split("\n");
  return (sample: string) => {
    const line = lines.find((each) => each.startsWith(`scheduler_${sample} `));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ")));
  };
};
const onDisk: Partial<PodSpec> = { nodeSelector: { disk: "ssd" } };

test("SCHED-METRICS: has kube-scheduler's counts of attempts, of pending pods by queue, and of refusals by plugin", async () => {
  const bench = new SchedulingBench();
  await bench.put(
    "create",
    node("a"),
    pod("fits"),
    pod("waits", { spec: onDisk }),
    pod("gated", { spec: { schedulingGates: [{ name: "g" }] } }),
  );
  await bench.loop.run();
  const sample = samplesOf(bench);
  const attempts = (result: string) =>
    sample(`schedule_attempts_total{profile="default-scheduler",result="${result}"}`);
  expect([attempts("scheduled"), attempts("unschedulable"), attempts("error")]).toEqual([1, 1, undefined]);
  const pending = (queue: string) => sample(`pending_pods{queue="${queue}"}`);
  expect(["active", "backoff", "gated", "unschedulable"].map(pending)).toEqual([0, 0, 1, 1]);
  expect(sample('unschedulable_pods{plugin="NodeAffinity",profile="default-scheduler"}')).toBe(1);
  expect(sample("preemption_attempts_total")).toBe(1);
  expect(sample("preemption_victims_count")).toBe(0);
});

test("SCHED-METRICS: a pod's time counts from when it entered the queue, with the attempts that failed", async () => {
  const bench = new SchedulingBench();
  await bench.put("create", node("a"), pod("p", { spec: onDisk }));
  await bench.loop.run();
  bench.now += 30_000;
  await bench.put("create", node("b", { labels: { disk: "ssd" } }));
  await bench.loop.run();
  const sample = samplesOf(bench);
  expect(sample('pod_scheduling_sli_duration_seconds_sum{attempts="2"}')).toBe(30);
  expect(sample("pod_scheduling_attempts_sum")).toBe(2);
  expect(sample('pending_pods{queue="unschedulable"}')).toBe(0);
});

test("SCHED-METRICS: counts the pods that have to leave for another one", async () => {
  const bench = new SchedulingBench();
  await bench.put("create", node("a", { pods: "1" }), pod("low"));
  await bench.settle();
  await bench.put("create", pod("high", { spec: { priority: 9 } }));
  await bench.settle();
  const sample = samplesOf(bench);
  expect([sample("preemption_victims_count"), sample("preemption_victims_sum")]).toEqual([1, 1]);
});
