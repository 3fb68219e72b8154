/** A Deployment called `web` and its HorizontalPodAutoscaler, under the controller. */
import type { APIService } from "../../../api/generated/apiregistration.v1.ts";
import type { Deployment } from "../../../api/generated/apps.v1.ts";
import type { HorizontalPodAutoscaler, MetricSpec } from "../../../api/generated/autoscaling.v2.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { horizontalPodAutoscaler } from "../../../worker/controllers/autoscaling/horizontal-pod-autoscaler.ts";
import { controlledCluster } from "./controlled-cluster.ts";

export const RESOURCE = "horizontalpodautoscalers.autoscaling";
export const CPU: MetricSpec = {
  type: "Resource",
  resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } },
};

export type Spec = Partial<HorizontalPodAutoscaler["spec"]>;

export function start(replicas: number, spec: Spec = {}) {
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
  /** As many running pods as the deployment has, each using this much of its 100m. */
  const use = (milli: number, of = replicasOf()) => {
    for (const { metadata } of at.cluster.list("pods")) at.cluster.remove("pods", "ns", metadata.name);
    for (let i = 0; i < of; i++) at.cluster.put("pods", pod(`p${i}`));
    at.cluster.answers = (path) => (path.includes("/metrics.k8s.io/") ? podMetrics(of, milli) : undefined);
  };
  const replicasOf = () => at.cluster.get("deployments.apps", "ns", "web")?.spec.replicas ?? 0;
  const scale = (count: number) => {
    const web = at.cluster.get("deployments.apps", "ns", "web");
    if (web) at.cluster.put("deployments.apps", { ...web, spec: { ...web.spec, replicas: count } });
  };
  const status = () => at.cluster.get<HorizontalPodAutoscaler>(RESOURCE, "ns", "h")?.status;
  const condition = (type: string) => status()?.conditions?.find((each) => each.type === type);
  const messages = () => at.cluster.list("events").map(({ message }) => message);
  return { ...at, use, scale, replicas: replicasOf, status, condition, messages };
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
export const podMetrics = (count: number, milli: number) => ({
  items: [...Array(count).keys()].map((i) => ({
    metadata: { name: `p${i}` },
    timestamp: "2026-01-01T00:00:00Z",
    window: "30s",
    containers: [{ name: "c", usage: { cpu: `${milli}m` } }],
  })),
});
