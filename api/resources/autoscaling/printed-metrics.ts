import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "../../generated/autoscaling.v2.ts";
import { canonicalQuantity, type QuantityText } from "../../machinery/quantity.ts";

/** The first two metrics of an autoscaler, each as `current/target`. */
export function printedMetrics({ spec: { metrics }, status: { currentMetrics } }: HorizontalPodAutoscaler): string {
  if (!metrics?.length) return "<none>";
  const shown = metrics
    .slice(0, 2)
    .map((metric, i) => printedMetric(metric, currentMetrics?.[i]))
    .join(", ");
  return metrics.length > 2 ? `${shown} + ${metrics.length - 2} more...` : shown;
}

const UNKNOWN = "<unknown>";
/** An absent one is a nil pointer in Go. */
const printed = (quantity: QuantityText | undefined) =>
  quantity === undefined ? "<nil>" : canonicalQuantity(quantity);
const percent = (value: number | undefined, fallback: string) => (value === undefined ? fallback : `${value}%`);

function printedMetric(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case "External":
      return printedValue(spec.external?.target, status?.external?.current);
    case "Object":
      return printedValue(spec.object?.target, status?.object?.current);
    case "Pods": {
      const current = status?.pods ? printed(status.pods.current.averageValue) : UNKNOWN;
      return `${current}/${printed(spec.pods?.target.averageValue)}`;
    }
    case "Resource":
      return printedResource(spec.resource, status?.resource?.current);
    case "ContainerResource":
      return printedResource(spec.containerResource, status?.containerResource?.current);
    default:
      return "<unknown type>";
  }
}

type Target = NonNullable<MetricSpec["resource"]>["target"];
type Current = NonNullable<MetricStatus["resource"]>["current"];

function printedValue(target: Target | undefined, current: Current | undefined): string {
  if (target?.averageValue !== undefined) {
    const average = current?.averageValue === undefined ? UNKNOWN : printed(current.averageValue);
    return `${average}/${printed(target.averageValue)} (avg)`;
  }
  return `${current ? printed(current.value) : UNKNOWN}/${printed(target?.value)}`;
}

function printedResource(
  resource: { readonly name: string; readonly target: Target } | undefined,
  current: Current | undefined,
): string {
  if (resource?.target.averageValue !== undefined) {
    const average = current ? printed(current.averageValue) : UNKNOWN;
    return `${resource.name}: ${average}/${printed(resource.target.averageValue)}`;
  }
  const target = percent(resource?.target.averageUtilization, "<auto>");
  return `${resource?.name}: ${percent(current?.averageUtilization, UNKNOWN)}/${target}`;
}
