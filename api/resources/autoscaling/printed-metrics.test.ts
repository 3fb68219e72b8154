import { expect, test } from "vitest";
import type { HorizontalPodAutoscaler, MetricStatus } from "../../generated/autoscaling.v2.ts";
import { printedMetrics } from "./printed-metrics.ts";

test.each<[string, MetricStatus[]]>([
  ["<unknown>/1", []],
  ["5/1", [{ type: "Pods", pods: { metric: { name: "m" }, current: { averageValue: "5" } } }]],
  ["<nil>/1", [{ type: "Pods", pods: { metric: { name: "m" }, current: {} } }]],
])("a metric is printed as %s", (printed, currentMetrics) => {
  const target = { type: "AverageValue", averageValue: "1" };
  const metrics = [{ type: "Pods", pods: { metric: { name: "m" }, target } }];
  expect(printedMetrics({ spec: { metrics }, status: { currentMetrics } } as HorizontalPodAutoscaler)).toBe(printed);
});
