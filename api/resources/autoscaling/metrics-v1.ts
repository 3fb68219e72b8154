/** Metrics in the older form used in the annotations of autoscaling/v1. */
import type * as v1 from "../../generated/autoscaling.v1.ts";
import type { MetricSpec, MetricStatus, MetricTarget } from "../../generated/autoscaling.v2.ts";
import type { QuantityText } from "../../machinery/quantity.ts";

const dropUndefined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

type Loose<T> = { [key in keyof T]?: T[key] | undefined };

export function metricSpecToV1({
  type,
  object,
  pods,
  resource,
  external,
  containerResource,
}: MetricSpec): v1.MetricSpec {
  const spec: Loose<v1.MetricSpec> = {
    type,
    object:
      object &&
      (dropUndefined({
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? "0",
        selector: object.metric.selector,
        averageValue: object.target.averageValue,
      }) as v1.ObjectMetricSource),
    pods:
      pods &&
      (dropUndefined({
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue,
        selector: pods.metric.selector,
      }) as v1.PodsMetricSource),
    resource:
      resource &&
      (dropUndefined({
        name: resource.name,
        targetAverageUtilization: resource.target.averageUtilization,
        targetAverageValue: resource.target.averageValue,
      }) as v1.ResourceMetricSource),
    external:
      external &&
      (dropUndefined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        targetValue: external.target.value,
        targetAverageValue: external.target.averageValue,
      }) as v1.ExternalMetricSource),
    containerResource:
      containerResource &&
      (dropUndefined({
        name: containerResource.name,
        targetAverageUtilization: containerResource.target.averageUtilization,
        targetAverageValue: containerResource.target.averageValue,
        container: containerResource.container,
      }) as v1.ContainerResourceMetricSource),
  };
  return dropUndefined(spec) as v1.MetricSpec;
}

const target = (type: string, value: Loose<MetricTarget>): MetricTarget =>
  dropUndefined({ type, ...value }) as MetricTarget;

const resourceTarget = (utilization: number | undefined, average: QuantityText | undefined) =>
  target(utilization !== undefined ? "Utilization" : "AverageValue", {
    averageUtilization: utilization,
    averageValue: average,
  });

/** `metric` is parsed JSON of this form; absent values stay absent. */
export function metricSpecFromV1(metric: v1.MetricSpec): MetricSpec {
  const { type = "", object, pods, resource, external, containerResource } = metric;
  const nowhere = { kind: "", name: "" };
  return dropUndefined({
    type,
    object: object && {
      describedObject: object.target ?? nowhere,
      metric: dropUndefined({ name: object.metricName ?? "", selector: object.selector }),
      target: target(object.averageValue === undefined ? "Value" : "AverageValue", {
        value: object.averageValue === undefined ? object.targetValue : undefined,
        averageValue: object.averageValue,
      }),
    },
    pods: pods && {
      metric: dropUndefined({ name: pods.metricName ?? "", selector: pods.selector }),
      target: target("AverageValue", { averageValue: pods.targetAverageValue }),
    },
    resource: resource && {
      name: resource.name ?? "",
      target: resourceTarget(resource.targetAverageUtilization, resource.targetAverageValue),
    },
    external: external && {
      metric: dropUndefined({ name: external.metricName ?? "", selector: external.metricSelector }),
      target: target(external.targetValue === undefined ? "AverageValue" : "Value", {
        value: external.targetValue,
        averageValue: external.targetAverageValue,
      }),
    },
    containerResource: containerResource && {
      name: containerResource.name ?? "",
      container: containerResource.container ?? "",
      target: resourceTarget(containerResource.targetAverageUtilization, containerResource.targetAverageValue),
    },
  }) as MetricSpec;
}

export function metricStatusToV1(status: MetricStatus): v1.MetricStatus {
  const { type, object, pods, resource, external, containerResource } = status;
  return dropUndefined({
    type,
    object:
      object &&
      dropUndefined({
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: object.current.value ?? "0",
        selector: object.metric.selector,
        averageValue: object.current.averageValue,
      }),
    pods:
      pods &&
      dropUndefined({
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue,
        selector: pods.metric.selector,
      }),
    resource: resource && currentOf(resource),
    external:
      external &&
      dropUndefined({
        metricName: external.metric.name,
        metricSelector: external.metric.selector,
        currentValue: external.current.value ?? "0",
        currentAverageValue: external.current.averageValue,
      }),
    containerResource: containerResource && { ...currentOf(containerResource), container: containerResource.container },
  }) as v1.MetricStatus;
}

const currentOf = ({ name, current }: NonNullable<MetricStatus["resource"]>) =>
  dropUndefined({
    name,
    currentAverageUtilization: current.averageUtilization,
    currentAverageValue: current.averageValue ?? "0",
  });

export function metricStatusFromV1(metric: v1.MetricStatus): MetricStatus {
  const { type = "", object, pods, resource, external, containerResource } = metric;
  const nowhere = { kind: "", name: "" };
  const current = (fields: Loose<{ averageUtilization: number; averageValue: QuantityText; value: QuantityText }>) =>
    dropUndefined(fields);
  return dropUndefined({
    type,
    object: object && {
      describedObject: object.target ?? nowhere,
      metric: dropUndefined({ name: object.metricName ?? "", selector: object.selector }),
      current: current({ value: object.currentValue, averageValue: object.averageValue }),
    },
    pods: pods && {
      metric: dropUndefined({ name: pods.metricName ?? "", selector: pods.selector }),
      current: current({ averageValue: pods.currentAverageValue }),
    },
    resource: resource && {
      name: resource.name ?? "",
      current: current({
        averageUtilization: resource.currentAverageUtilization,
        averageValue: resource.currentAverageValue,
      }),
    },
    external: external && {
      metric: dropUndefined({ name: external.metricName ?? "", selector: external.metricSelector }),
      current: current({ value: external.currentValue, averageValue: external.currentAverageValue }),
    },
    containerResource: containerResource && {
      name: containerResource.name ?? "",
      container: containerResource.container ?? "",
      current: current({
        averageUtilization: containerResource.currentAverageUtilization,
        averageValue: containerResource.currentAverageValue,
      }),
    },
  }) as MetricStatus;
}
