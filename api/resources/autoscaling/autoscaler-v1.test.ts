import { expect, test } from "vitest";
import type { HorizontalPodAutoscaler } from "../../generated/autoscaling.v2.ts";
import { autoscalerV1 } from "./autoscaler-v1.ts";

const autoscaler: HorizontalPodAutoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web", annotations: { mine: "stays" } },
  spec: {
    scaleTargetRef: { kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 5,
    metrics: [
      { type: "Pods", pods: { metric: { name: "hits" }, target: { type: "AverageValue", averageValue: "10" } } },
      { type: "Resource", resource: { name: "memory", target: { type: "AverageValue", averageValue: "1Gi" } } },
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } },
    ],
    behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
  },
  status: { currentReplicas: 2, desiredReplicas: 3 },
};

test("v1 shows the CPU target as a field and all other metrics as annotations", () => {
  const v1 = autoscalerV1.fromStored(autoscaler) as {
    metadata: { annotations: Record<string, string> };
    spec: Record<string, unknown>;
  };
  expect(v1.spec).toEqual({
    scaleTargetRef: { kind: "Deployment", name: "web" },
    minReplicas: 1,
    maxReplicas: 5,
    targetCPUUtilizationPercentage: 70,
  });
  expect(JSON.parse(v1.metadata.annotations["autoscaling.alpha.kubernetes.io/metrics"] ?? "")).toEqual([
    { type: "Pods", pods: { metricName: "hits", targetAverageValue: "10" } },
    { type: "Resource", resource: { name: "memory", targetAverageValue: "1Gi" } },
  ]);
});

test("v1 shows all current metrics, the first target for CPU, and the rest as printed by Go", () => {
  const cpu = (averageUtilization: number) => ({
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization } },
  });
  const shown = autoscalerV1.fromStored({
    ...autoscaler,
    spec: { ...autoscaler.spec, metrics: [cpu(70), cpu(80)] },
    status: {
      currentReplicas: 2,
      desiredReplicas: 3,
      currentMetrics: [
        { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 5, averageValue: "9m" } } },
      ],
      conditions: [{ type: "AbleToScale", status: "True", message: "<b>" }],
    },
  } as HorizontalPodAutoscaler);
  const prefix = "autoscaling.alpha.kubernetes.io/";
  expect(Object.entries(shown.metadata.annotations ?? {})).toEqual([
    [
      `${prefix}behavior`,
      '{"ScaleUp":null,"ScaleDown":{"StabilizationWindowSeconds":60,"SelectPolicy":null,"Policies":null,"Tolerance":null}}',
    ],
    [`${prefix}conditions`, '[{"type":"AbleToScale","status":"True","message":"\\u003cb\\u003e"}]'],
    [
      `${prefix}current-metrics`,
      '[{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":5,"currentAverageValue":"9m"}}]',
    ],
    ["mine", "stays"],
  ]);
  expect(shown).toMatchObject({ spec: { targetCPUUtilizationPercentage: 70 } });
});

test("an autoscaler that is read at v1 and written back is unchanged at v2", () => {
  expect(autoscalerV1.toStored(autoscalerV1.fromStored(autoscaler))).toEqual(autoscaler);
});
