/**
 * autoscaling/v1: only the CPU target has fields; everything else of v2 is kept in annotations
 * (pkg/apis/autoscaling/v1, conversion.go).
 */
import type { HorizontalPodAutoscaler as V1 } from "../../generated/autoscaling.v1.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "../../generated/autoscaling.v2.ts";
import { goJson } from "../../machinery/json/go-json.ts";
import type { KubeObject } from "../../machinery/meta.ts";
import type { ServedVersion } from "../resource.ts";
import { behaviorFromV1, behaviorToV1 } from "./behavior-v1.ts";
import { metricSpecFromV1, metricSpecToV1, metricStatusFromV1, metricStatusToV1 } from "./metrics-v1.ts";

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";

export const autoscalerV1: ServedVersion<HorizontalPodAutoscaler> = { version: "v1", toStored, fromStored };

const isCPUTarget = ({ type, resource }: MetricSpec) =>
  type === "Resource" && resource?.name === "cpu" && resource.target.averageUtilization !== undefined;

const isCPUStatus = ({ type, resource }: MetricStatus) =>
  type === "Resource" && resource?.name === "cpu" && resource.current.averageUtilization !== undefined;

function fromStored({ metadata, spec, status }: HorizontalPodAutoscaler): KubeObject {
  const { metrics = [], behavior, scaleTargetRef, minReplicas, maxReplicas } = spec;
  const {
    currentMetrics = [],
    conditions = [],
    observedGeneration,
    lastScaleTime,
    currentReplicas,
    desiredReplicas,
  } = status;
  const cpu = metrics.find(isCPUTarget);
  const currentCPU = currentMetrics.findLast(isCPUStatus);
  // All CPU targets are left out; current values are included in full, with the raw value.
  const otherMetrics = metrics.filter((metric) => !isCPUTarget(metric));
  const annotations = sortedMap({
    ...metadata.annotations,
    ...(otherMetrics.length > 0 ? { [METRICS]: goJson(otherMetrics.map(metricSpecToV1)) } : {}),
    ...(currentMetrics.length > 0 ? { [CURRENT_METRICS]: goJson(currentMetrics.map(metricStatusToV1)) } : {}),
    ...(conditions.length > 0 ? { [CONDITIONS]: goJson(conditions) } : {}),
    ...(behavior ? { [BEHAVIOR]: goJson(behaviorToV1(behavior)) } : {}),
  });
  return {
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata,
    spec: compact({
      scaleTargetRef,
      minReplicas,
      maxReplicas,
      targetCPUUtilizationPercentage: cpu?.resource?.target.averageUtilization,
    }),
    status: compact({
      observedGeneration,
      lastScaleTime,
      currentReplicas: currentReplicas ?? 0,
      desiredReplicas: desiredReplicas ?? 0,
      currentCPUUtilizationPercentage: currentCPU?.resource?.current.averageUtilization,
    }),
  } as KubeObject;
}

const NO_STATUS: V1["status"] = { currentReplicas: 0, desiredReplicas: 0 };

function toStored(object: KubeObject): HorizontalPodAutoscaler {
  const { metadata, spec, status = NO_STATUS } = object as Pick<V1, "metadata" | "spec"> & { status?: V1["status"] };
  const { [METRICS]: metricsText, [CURRENT_METRICS]: currentText, ...rest } = metadata.annotations ?? {};
  const { [CONDITIONS]: conditionsText, [BEHAVIOR]: behaviorText, ...annotations } = rest;
  const { targetCPUUtilizationPercentage: target } = spec;
  const { currentCPUUtilizationPercentage: current } = status;
  const metrics = parsedList(metricsText).map(metricSpecFromV1);
  if (target !== undefined)
    metrics.push({
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: target } },
    });
  const currentMetrics = parsedList(currentText).map(metricStatusFromV1);
  if (current !== undefined && currentText === undefined)
    currentMetrics.push({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } });
  const conditions = parsedList(conditionsText);
  const behavior = behaviorFromV1(parsed(behaviorText));
  const { annotations: _, ...otherMetadata } = metadata;
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: Object.keys(annotations).length > 0 ? { ...otherMetadata, annotations } : otherMetadata,
    spec: compact({
      scaleTargetRef: spec.scaleTargetRef,
      minReplicas: spec.minReplicas,
      maxReplicas: spec.maxReplicas,
      metrics: metrics.length > 0 ? metrics : undefined,
      behavior,
    }),
    status: compact({
      observedGeneration: status.observedGeneration,
      lastScaleTime: status.lastScaleTime,
      currentReplicas: status.currentReplicas,
      desiredReplicas: status.desiredReplicas,
      currentMetrics: currentMetrics.length > 0 ? currentMetrics : undefined,
      conditions: conditions.length > 0 ? conditions : undefined,
    }),
  } as unknown as HorizontalPodAutoscaler;
}

const sortedMap = (map: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

const compact = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Text that does not parse is dropped: only this conversion uses it. */
function parsed(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const parsedList = (text: string | undefined): Record<string, unknown>[] => {
  const list = parsed(text);
  return Array.isArray(list) ? list.filter((item) => typeof item === "object" && item !== null) : [];
};
