import { describe, expect, it } from "vitest";
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { Deployment } from "../../../api/generated/apps.v1.ts";
import type { HorizontalPodAutoscaler, MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import type { Event, Pod } from "../../../api/generated/core.v1.ts";
import { controlledCluster } from "../../../test/fakes/controlled-cluster.ts";
import { horizontalPodAutoscaler } from "./horizontal-pod-autoscaler.ts";

const RESOURCE = "horizontalpodautoscalers.autoscaling";
const CPU: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
};

type Spec = Partial<HorizontalPodAutoscaler["spec"]>;

function start(replicas: number, spec: Spec = {}) {
  const at = controlledCluster([horizontalPodAutoscaler]);
  at.cluster.put("deployments.apps", {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "ns" },
    spec: { replicas, selector: { matchLabels: { app: "web" } }, template: {} },
    status: { replicas },
  } as Deployment);
  for (const [group, version] of [
    ["custom.metrics.k8s.io", "v1beta1"],
    ["external.metrics.k8s.io", "v1beta1"],
  ]) {
    at.cluster.put("apiservices.apiregistration.k8s.io", {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: `${version}.${group}` },
      spec: { group, version },
    } as APIService);
  }
  at.cluster.put(RESOURCE, {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "h", namespace: "ns" },
    spec: {
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
      minReplicas: 1,
      maxReplicas: 10,
      metrics: [CPU],
      ...spec,
    },
    status: {},
  } as HorizontalPodAutoscaler);
  /** As many running pods as the deployment has, each using so much of its 100m. */
  const use = (milli: number, of = replicasOf()) => {
    for (const { metadata } of at.cluster.list<Pod>("pods")) at.cluster.remove("pods", "ns", metadata.name);
    for (let i = 0; i < of; i++) at.cluster.put("pods", pod(`p${i}`));
    at.cluster.answers = (path) => (path.includes("/metrics.k8s.io/") ? podMetrics(of, milli) : undefined);
  };
  const replicasOf = () => at.cluster.get<Deployment>("deployments.apps", "ns", "web")?.spec.replicas ?? 0;
  const status = () => at.cluster.get<HorizontalPodAutoscaler>(RESOURCE, "ns", "h")?.status;
  const condition = (type: string) => status()?.conditions?.find((each) => each.type === type);
  const messages = () => at.cluster.list<Event>("events").map(({ message }) => message);
  return { ...at, use, replicas: replicasOf, status, condition, messages };
}

const pod = (name: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "ns", labels: { app: "web" } },
  spec: { containers: [{ name: "c", image: "i", resources: { requests: { cpu: "100m" } } }] },
  status: {
    phase: "Running",
    startTime: "2025-01-01T00:00:00Z",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2025-01-01T00:00:00Z" }],
  },
});
const podMetrics = (count: number, milli: number) => ({
  items: [...Array(count).keys()].map((i) => ({
    metadata: { name: `p${i}` },
    timestamp: "2026-01-01T00:00:00Z",
    window: "30s",
    containers: [{ name: "c", usage: { cpu: `${milli}m` } }],
  })),
});

describe("an autoscaler", () => {
  it("grows what is used too much, at most to twice its size at a time", async () => {
    const at = start(3);
    at.use(90);
    await at.settle();
    expect(at.complaints).toEqual([]);
    expect(at.replicas()).toBe(6);
    expect(at.messages()).toEqual([
      "New size: 6; reason: cpu resource utilization (percentage of request) above target",
    ]);
    expect(at.status()).toMatchObject({
      currentReplicas: 3,
      desiredReplicas: 6,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 90, averageValue: "90m" } } },
      ],
    });
    expect(at.condition("AbleToScale")?.reason).toBe("SucceededRescale");
    expect(at.condition("ScalingActive")?.reason).toBe("ValidMetricFound");
  });

  it("is limited by its most", async () => {
    const at = start(6, { maxReplicas: 8 });
    at.use(100);
    await at.settle();
    expect(at.replicas()).toBe(8);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "True", reason: "TooManyReplicas" });
  });

  it("leaves alone what is used about right", async () => {
    const at = start(3);
    at.use(54);
    await at.settle();
    expect(at.replicas()).toBe(3);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "False", reason: "DesiredWithinRange" });
    expect(at.condition("AbleToScale")?.reason).toBe("ReadyForNewScale");
  });

  it("shrinks only when nothing higher was recommended for five minutes", async () => {
    const at = start(4);
    at.use(10);
    await at.settle();
    expect(at.replicas()).toBe(4);
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleDownStabilized");
    await at.pass(290_000);
    expect(at.replicas()).toBe(4);
    await at.pass(30_000);
    expect(at.replicas()).toBe(1);
    expect(at.messages()).toContain("New size: 1; reason: All metrics below target");
  });

  it("remembers what was recommended over a restart of the control plane", async () => {
    const at = start(4);
    at.use(10);
    await at.settle();
    for (let look = 0; look < 21; look++) {
      at.restart();
      await at.pass(15_000);
    }
    expect(at.replicas()).toBe(1);
  });

  it("keeps to its behaviour: so many pods a time", async () => {
    const pods = (value: number, seconds: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: seconds,
      policies: [{ type: "Pods", value, periodSeconds: 60 }],
    });
    const at = start(4, { behavior: { scaleUp: pods(1, 0), scaleDown: pods(2, 0) } });
    at.use(100);
    await at.settle();
    expect(at.replicas()).toBe(5);
    await at.pass(16_000);
    // The minute's pod is there already.
    expect(at.replicas()).toBe(5);
    expect(at.condition("ScalingLimited")).toMatchObject({ status: "True", reason: "ScaleUpLimit" });
    at.use(1, 5);
    await at.pass(16_000);
    // The minute began with four.
    expect(at.replicas()).toBe(2);
  });

  it("counts pods without metrics to the side of caution", async () => {
    const at = start(4);
    at.use(90);
    at.cluster.answers = () => podMetrics(2, 90);
    await at.settle();
    // (90 + 90 + 0 + 0) / 4 is about what is wanted.
    expect(at.replicas()).toBe(4);
  });

  it("says which metrics it cannot get, and looks again less often where there are none", async () => {
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

  it("grows by one metric where another fails, but does not shrink", async () => {
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

  it("[CTL-HPA-STABLE] stays between the lowest and the highest of what was recommended of late", async () => {
    const rules = (seconds: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: seconds,
      policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
    });
    const at = start(4, { behavior: { scaleUp: rules(60), scaleDown: rules(60) } });
    at.use(100);
    await at.settle();
    // Four were recommended at first: what it was.
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleUpStabilized");
    at.use(10);
    await at.pass(16_000);
    expect(at.condition("AbleToScale")?.reason).toBe("ScaleDownStabilized");
    expect(at.replicas()).toBe(4);
    await at.pass(75_000);
    expect(at.replicas()).toBe(1);
  });

  it("[CTL-HPA-PERIOD] counts what went and what came in a period", async () => {
    const pods = (value: number) => ({
      selectPolicy: "Max",
      stabilizationWindowSeconds: 0,
      policies: [{ type: "Pods", value, periodSeconds: 60 }],
    });
    const at = start(6, { behavior: { scaleUp: pods(1), scaleDown: pods(4) } });
    at.use(1, 6);
    await at.settle();
    expect(at.replicas()).toBe(2);
    at.use(100, 2);
    await at.pass(16_000);
    // The minute began with six: one more than those may be there at its end.
    expect(at.replicas()).toBe(4);
  });

  it("[CTL-HPA-REFUSED] says that the target cannot be scaled, and tries again", async () => {
    const at = start(3);
    at.use(90);
    at.cluster.refuse = (verb, { subresource }) =>
      verb === "patch" && subresource === "scale" ? { code: 403, reason: "Forbidden", message: "no" } : undefined;
    await at.pass(10);
    expect(at.condition("AbleToScale")).toMatchObject({
      status: "False",
      reason: "FailedUpdateScale",
      message: "the HPA controller was unable to update the target scale: no",
    });
    expect(at.messages()).toEqual([
      "New size: 6; reason: cpu resource utilization (percentage of request) above target; error: no",
    ]);
    at.cluster.refuse = () => undefined;
    await at.pass(16_000);
    expect(at.replicas()).toBe(6);
  });

  it("[CTL-HPA-SELECTOR] counts no pods that another counts", async () => {
    const at = start(3);
    at.use(90);
    const first = at.cluster.get<HorizontalPodAutoscaler>(RESOURCE, "ns", "h");
    if (!first) throw new Error("missing");
    at.cluster.put(RESOURCE, { ...first, metadata: { name: "g", namespace: "ns" } } as HorizontalPodAutoscaler);
    await at.settle();
    const message = "pods by selector app=web are controlled by multiple HPAs: [{g ns} {h ns}]";
    expect(at.condition("ScalingActive")).toMatchObject({ status: "False", reason: "AmbiguousSelector", message });
    expect(at.replicas()).toBe(3);
    expect(
      at.cluster
        .list<Event>("events")
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual([
      "AmbiguousSelector",
      "AmbiguousSelector",
      "FailedComputeMetricsReplicas",
      "FailedComputeMetricsReplicas",
    ]);
  });

  it("does nothing for a target that is at zero", async () => {
    const at = start(0);
    await at.settle();
    expect(at.condition("ScalingActive")).toMatchObject({ status: "False", reason: "ScalingDisabled" });
    expect(at.wakeAt()).toBeUndefined();
  });
});
