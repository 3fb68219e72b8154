/** pkg/apis/autoscaling/v2/defaults.go. */
import type { HorizontalPodAutoscaler, HPAScalingRules } from "../../generated/autoscaling.v2.ts";

const DEFAULT_CPU_UTILIZATION = 80;

export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length)
    spec.metrics = [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: DEFAULT_CPU_UTILIZATION } },
      },
    ];
  if (!spec.behavior) return;
  spec.behavior.scaleUp = { ...scaleUp(), ...set(spec.behavior.scaleUp) };
  spec.behavior.scaleDown = { ...scaleDown(), ...set(spec.behavior.scaleDown) };
}

const scaleUp = (): HPAScalingRules => ({
  stabilizationWindowSeconds: 0,
  selectPolicy: "Max",
  policies: [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ],
});

/** The default stabilization window for scaling down is the controller's. */
const scaleDown = (): HPAScalingRules => ({
  selectPolicy: "Max",
  policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
});

const set = (rules: HPAScalingRules | undefined): HPAScalingRules =>
  Object.fromEntries(Object.entries(rules ?? {}).filter(([, value]) => value !== undefined && value !== null));
