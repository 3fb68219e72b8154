import { describe, expect, it } from "vitest";
import type { HorizontalPodAutoscaler, MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import { CPU, podMetrics, RESOURCE, start } from "../../../test/fakes/controllers/controlled-autoscaler.ts";

describe("an autoscaler", () => {
  it("counts pods without metrics conservatively", async () => {
    const at = start(4);
    at.use(90);
    at.cluster.answers = () => podMetrics(2, 90);
    await at.settle();
    // (90 + 90 + 0 + 0) / 4 is close to the target.
    expect(at.replicas()).toBe(4);
  });

  it("reports which metrics are unavailable, and checks less often if all are", async () => {
    const at = start(3);
    await at.settle();
    const missing =
      "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)";
    expect(at.messages()).toEqual([
      missing,
      `invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${missing}`,
    ]);
    expect(at.condition("ScalingActive")).toMatchObject({
      status: "False",
      reason: "FailedGetResourceMetric",
      message: `the HPA was unable to compute the replica count: ${missing}`,
    });
    expect(at.condition("AbleToScale")?.reason).toBe("SucceededGetScale");
    const reads = () => at.cluster.requests.filter((each) => each.startsWith("read")).length;
    const before = reads();
    await at.pass(61_000);
    expect(reads() - before).toBe(1);
  });

  it("scales up by one metric if another fails, but does not scale down", async () => {
    const queue: MetricSpec = {
      type: "External",
      external: { metric: { name: "queue" }, target: { type: "AverageValue", averageValue: "10" } },
    };
    const at = start(3, { metrics: [CPU, queue] });
    at.cluster.answers = (path) => (path.includes("/external.metrics") ? { items: [{ value: "50" }] } : undefined);
    await at.settle();
    expect(at.replicas()).toBe(5);
    at.cluster.answers = (path) => (path.includes("/external.metrics") ? { items: [{ value: "10" }] } : undefined);
    await at.pass(600_000);
    expect(at.replicas()).toBe(5);
  });

  it.each<[string, MetricSpec, unknown, number, string]>([
    [
      "an average of pods",
      { type: "Pods", pods: { metric: { name: "hits" }, target: { type: "AverageValue", averageValue: "10" } } },
      { items: ["p0", "p1", "p2"].map((name) => ({ describedObject: { name }, value: "20" })) },
      6,
      "pods metric hits above target",
    ],
    [
      "a value of an object",
      {
        type: "Object",
        object: {
          describedObject: { apiVersion: "networking.k8s.io/v1", kind: "Ingress", name: "i" },
          metric: { name: "hits" },
          target: { type: "Value", value: "100" },
        },
      },
      { items: [{ describedObject: { name: "i" }, value: "150" }] },
      5,
      "Ingress metric hits above target",
    ],
    [
      "the use of one container",
      {
        type: "ContainerResource",
        containerResource: { name: "cpu", container: "c", target: { type: "AverageValue", averageValue: "10m" } },
      },
      podMetrics(3, 15),
      5,
      "cpu resource above target",
    ],
  ])("follows %s", async (_, metric, answer, replicas, reason) => {
    const at = start(3, { metrics: [metric] });
    at.use(0);
    at.cluster.answers = () => answer;
    await at.settle();
    expect(at.replicas()).toBe(replicas);
    expect(at.messages()).toEqual([`New size: ${replicas}; reason: ${reason}`]);
  });

  it("follows an average value even if the target has no pods yet", async () => {
    const target = { type: "AverageValue", averageValue: "10" };
    const at = start(2, { metrics: [{ type: "External", external: { metric: { name: "queue" }, target } }] });
    at.use(0);
    at.cluster.answers = () => ({ items: [{ value: "50" }] });
    const web = at.cluster.get("deployments.apps", "ns", "web");
    if (web) at.cluster.put("deployments.apps", { ...web, status: { replicas: 0 } });
    await at.settle();
    expect(at.replicas()).toBe(4);
    const current = { averageValue: "-9223372036854775808m" };
    expect(at.status()?.currentMetrics).toMatchObject([{ external: { current } }]);
  });

  it("CTL-HPA-SELECTOR: does not act on pods that another autoscaler selects", async () => {
    const at = start(3);
    at.use(90);
    const first = at.cluster.get<HorizontalPodAutoscaler>(RESOURCE, "ns", "h");
    if (!first) throw new Error("missing");
    at.cluster.put(RESOURCE, { ...first, metadata: { name: "g", namespace: "ns" } } as HorizontalPodAutoscaler);
    await at.settle();
    const message = "pods by selector app=web are controlled by multiple HPAs: [ns/g ns/h]";
    expect(at.condition("ScalingActive")).toMatchObject({ status: "False", reason: "AmbiguousSelector", message });
    expect(at.replicas()).toBe(3);
    expect(
      at.cluster
        .list("events")
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual([
      "AmbiguousSelector",
      "AmbiguousSelector",
      "FailedComputeMetricsReplicas",
      "FailedComputeMetricsReplicas",
    ]);
  });
});
