/**
 * A behaviour in the annotation of autoscaling/v1: Kubernetes writes its internal type there, with Go's field names and
 * null for absent values, and reads any case.
 */
import type { HorizontalPodAutoscalerBehavior, HPAScalingRules } from "../../generated/autoscaling.v2.ts";

const rulesToV1 = (rules: HPAScalingRules | undefined) =>
  rules === undefined
    ? null
    : {
        StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
        SelectPolicy: rules.selectPolicy ?? null,
        Policies:
          rules.policies?.map(({ type, value, periodSeconds }) => ({
            Type: type,
            Value: value,
            PeriodSeconds: periodSeconds,
          })) ?? null,
        Tolerance: rules.tolerance ?? null,
      };

export const behaviorToV1 = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior) => ({
  ScaleUp: rulesToV1(scaleUp),
  ScaleDown: rulesToV1(scaleDown),
});

const NAMES: ReadonlyMap<string, string> = new Map(
  [
    "scaleUp",
    "scaleDown",
    "stabilizationWindowSeconds",
    "selectPolicy",
    "policies",
    "tolerance",
    "type",
    "value",
    "periodSeconds",
  ].map((name) => [name.toLowerCase(), name]),
);

/** Converts parsed JSON to the names of v2; undefined if it is empty. */
export function behaviorFromV1(parsed: unknown): unknown {
  const behavior = renamed(parsed);
  return typeof behavior === "object" && behavior !== null && Object.keys(behavior).length > 0 ? behavior : undefined;
}

function renamed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => {
      const name = NAMES.get(key.toLowerCase());
      return name === undefined || member === null ? [] : [[name, renamed(member)]];
    }),
  );
}
