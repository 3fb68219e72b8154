import type { HorizontalPodAutoscaler } from "../../generated/autoscaling.v2.ts";
import { defineResource } from "../resource.ts";
import { defaultAutoscaler } from "./autoscaler-defaults.ts";
import { autoscalerV1 } from "./autoscaler-v1.ts";
import { validateAutoscaler, validateAutoscalerStatus } from "./autoscaler-validation.ts";
import { printedMetrics } from "./printed-metrics.ts";

export const horizontalPodAutoscaler = defineResource<HorizontalPodAutoscaler>({
  group: "autoscaling",
  version: "v2",
  kind: "HorizontalPodAutoscaler",
  plural: "horizontalpodautoscalers",
  scope: "Namespaced",
  updateChecks: ["metaChanges", "whole", "changes"],
  shortNames: ["hpa"],
  categories: ["all"],
  otherVersions: [autoscalerV1],
  defaults: defaultAutoscaler,
  validate: validateAutoscaler,
  status: { validateUpdate: validateAutoscalerStatus },
  columns: [
    {
      name: "Reference",
      type: "string",
      description:
        "scaleTargetRef points to the target resource to scale, and is used to the pods for which metrics should be collected, as well as to actually change the replica count.",
      of: ({ spec: { scaleTargetRef } }) => `${scaleTargetRef.kind}/${scaleTargetRef.name}`,
    },
    {
      name: "Targets",
      type: "string",
      description: { field: "autoscaling.v2.HorizontalPodAutoscalerSpec.metrics" },
      of: printedMetrics,
    },
    {
      name: "MinPods",
      type: "string",
      description: { field: "autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas" },
      of: ({ spec }) => String(spec.minReplicas ?? "<unset>"),
    },
    {
      name: "MaxPods",
      type: "string",
      description: { field: "autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas" },
      of: ({ spec }) => spec.maxReplicas,
    },
    {
      name: "Replicas",
      type: "string",
      description: { field: "autoscaling.v2.HorizontalPodAutoscalerStatus.currentReplicas" },
      of: ({ status }) => status.currentReplicas ?? 0,
    },
  ],
});
