/** pkg/apis/autoscaling/validation. */
import type {
  ContainerResourceMetricSource,
  CrossVersionObjectReference,
  ExternalMetricSource,
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
  ObjectMetricSource,
  PodsMetricSource,
} from "../../generated/autoscaling.v2.ts";
import { checkKindAndName, checkNonNegative } from "../../machinery/field-checks.ts";
import { type FieldError, forbidden, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { dnsLabel, pathSegmentName } from "../../machinery/names.ts";
import { canonicalQuantity, type QuantityText, signOfQuantity } from "../../machinery/quantity.ts";
import { validateContainerResourceName } from "../core/pod/resources/resources.ts";

const MAX_PERIOD = 1800;
const MAX_WINDOW = 3600;

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics, behavior } = spec;
  if (minReplicas !== undefined && minReplicas < 1)
    errors.push(invalid("spec.minReplicas", minReplicas, "must be greater than or equal to 1"));
  if (maxReplicas === 0) errors.push(required("spec.maxReplicas", "must be set and greater than 0"));
  else if (maxReplicas < 0) errors.push(invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to 1"));
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    errors.push(invalid("spec.maxReplicas", maxReplicas, "must be greater than or equal to `minReplicas`"));
  checkReference(errors, "spec.scaleTargetRef", scaleTargetRef ?? { kind: "", name: "" });
  checkMetrics(errors, metrics ?? [], minReplicas);
  checkRules(errors, "spec.behavior.scaleUp", behavior?.scaleUp);
  checkRules(errors, "spec.behavior.scaleDown", behavior?.scaleDown);
  return errors;
}

export function validateAutoscalerStatus({ status }: HorizontalPodAutoscaler): FieldError[] {
  const errors: FieldError[] = [];
  checkNonNegative(errors, "status.currentReplicas", status.currentReplicas);
  checkNonNegative(errors, "status.desiredReplicas", status.desiredReplicas);
  return errors;
}

function checkReference(errors: FieldError[], path: string, reference: CrossVersionObjectReference): void {
  const { kind, apiVersion = "" } = reference;
  checkKindAndName(errors, path, reference);
  const parts = apiVersion.split("/");
  const hasGroup = parts.length === 2 && parts[0] !== "";
  if (parts.length > 2)
    errors.push(invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
  else if (path === "spec.scaleTargetRef" && kind !== "ReplicationController" && !hasGroup)
    errors.push(invalid(`${path}.apiVersion`, apiVersion, "apiVersion must specify API group"));
}

function checkMetrics(errors: FieldError[], metrics: readonly MetricSpec[], minReplicas: number | undefined): void {
  metrics.forEach((metric, i) => {
    checkMetric(errors, `spec.metrics[${i}]`, metric);
  });
  const scalesToZero = metrics.some(({ type }) => type === "Object" || type === "External");
  if (minReplicas === 0 && !scalesToZero)
    errors.push(
      forbidden(
        "spec.metrics",
        "must specify at least one Object or External metric to support scaling to zero replicas",
      ),
    );
}

/** Metric types and their fields. */
const SOURCES = {
  ContainerResource: "containerResource",
  External: "external",
  Object: "object",
  Pods: "pods",
  Resource: "resource",
} as const;

const isSourceType = (type: string): type is keyof typeof SOURCES => Object.hasOwn(SOURCES, type);

function checkMetric(errors: FieldError[], path: string, metric: MetricSpec): void {
  const { type = "" } = metric;
  if (type === "") errors.push(required(`${path}.type`, "must specify a metric source type"));
  const unknown = isSourceType(type) ? undefined : notSupported(`${path}.type`, type, Object.keys(SOURCES));
  if (unknown) errors.push(unknown);
  // Of several sources Kubernetes only looks at the first, in this order.
  const present = (["object", "external", "pods", "resource", "containerResource"] as const).filter(
    (field) => metric[field],
  );
  const [first] = present;
  if (first) checkSource(errors, `${path}.${first}`, metric, first);
  if (unknown) errors.push(unknown);
  const expected = isSourceType(type) ? SOURCES[type] : undefined;
  if (expected && !metric[expected])
    errors.push(required(`${path}.${expected}`, "must populate information for the given metric source"));
  if (present.length === 1) return;
  for (const field of present)
    if (field !== expected) errors.push(forbidden(`${path}.${field}`, "must populate the given metric source only"));
}

type Source = (typeof SOURCES)[keyof typeof SOURCES];

function checkSource(errors: FieldError[], path: string, metric: MetricSpec, source: Source): void {
  const { object, pods, external, resource, containerResource } = metric;
  if (source === "object") checkObject(errors, path, object);
  else if (source === "external") checkExternal(errors, path, external);
  else if (source === "pods") checkPods(errors, path, pods);
  else if (source === "resource") {
    if (!resource?.name) errors.push(required(`${path}.name`, "must specify a resource name"));
    checkResourceTarget(errors, path, resource?.target);
  } else checkContainer(errors, path, containerResource);
}

function checkObject(errors: FieldError[], path: string, source: ObjectMetricSource | undefined): void {
  checkReference(errors, `${path}.describedObject`, source?.describedObject ?? { kind: "", name: "" });
  checkIdentifier(errors, `${path}.metric`, source?.metric);
  checkTarget(errors, `${path}.target`, source?.target);
  if (source?.target?.value === undefined && source?.target?.averageValue === undefined)
    errors.push(required(`${path}.target.averageValue`, "must set either a target value or averageValue"));
}

function checkExternal(errors: FieldError[], path: string, source: ExternalMetricSource | undefined): void {
  checkIdentifier(errors, `${path}.metric`, source?.metric);
  checkTarget(errors, `${path}.target`, source?.target);
  const { value, averageValue } = source?.target ?? {};
  if (value === undefined && averageValue === undefined)
    errors.push(
      required(`${path}.target.averageValue`, "must set either a target value for metric or a per-pod target"),
    );
  if (value !== undefined && averageValue !== undefined)
    errors.push(forbidden(`${path}.target.value`, "may not set both a target value for metric and a per-pod target"));
}

function checkPods(errors: FieldError[], path: string, source: PodsMetricSource | undefined): void {
  checkIdentifier(errors, `${path}.metric`, source?.metric);
  checkTarget(errors, `${path}.target`, source?.target);
  if (source?.target?.averageValue === undefined)
    errors.push(required(`${path}.target.averageValue`, "must specify a positive target averageValue"));
}

function checkContainer(errors: FieldError[], path: string, source: ContainerResourceMetricSource | undefined): void {
  const { name = "", container = "", target } = source ?? {};
  if (name === "") errors.push(required(`${path}.name`, "must specify a resource name"));
  else validateContainerResourceName(name, `${path}.name`, errors);
  if (container === "") errors.push(required(`${path}.container`, "must specify a container"));
  else for (const problem of dnsLabel(container)) errors.push(invalid(`${path}.container`, container, problem));
  checkResourceTarget(errors, path, target);
}

function checkIdentifier(errors: FieldError[], path: string, metric: MetricIdentifier | undefined): void {
  const { name = "" } = metric ?? {};
  if (name === "") errors.push(required(`${path}.name`, "must specify a metric name"));
  else for (const problem of pathSegmentName(name)) errors.push(invalid(`${path}.name`, name, problem));
}

const isPositive = (quantity: QuantityText | undefined) => quantity !== undefined && signOfQuantity(quantity) > 0;

function checkTarget(errors: FieldError[], path: string, target: MetricTarget | undefined): void {
  const { type = "", value, averageValue, averageUtilization } = target ?? {};
  if (type === "") errors.push(required(`${path}.type`, "must specify a metric target type"));
  if (type !== "Utilization" && type !== "Value" && type !== "AverageValue")
    errors.push(invalid(`${path}.type`, type, "must be either Utilization, Value, or AverageValue"));
  if (value !== undefined && !isPositive(value))
    errors.push(invalid(`${path}.value`, canonicalQuantity(value), "must be positive"));
  if (averageValue !== undefined && !isPositive(averageValue))
    errors.push(invalid(`${path}.averageValue`, canonicalQuantity(averageValue), "must be positive"));
  if (averageUtilization !== undefined && averageUtilization < 1)
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, "must be greater than 0"));
}

function checkResourceTarget(errors: FieldError[], path: string, target: MetricTarget | undefined): void {
  checkTarget(errors, `${path}.target`, target);
  const { averageUtilization, averageValue } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined)
    errors.push(
      required(`${path}.target.averageUtilization`, "must set either a target raw value or a target utilization"),
    );
  if (averageUtilization !== undefined && averageValue !== undefined)
    errors.push(
      forbidden(`${path}.target.averageValue`, "may not set both a target raw value and a target utilization"),
    );
}

const SELECT_POLICIES = ["Disabled", "Max", "Min"];

function checkRules(errors: FieldError[], path: string, rules: HPAScalingRules | undefined): void {
  if (!rules) return;
  const { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance } = rules;
  if (window !== undefined && window < 0)
    errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, "must be greater than or equal to zero"));
  if (window !== undefined && window > MAX_WINDOW)
    errors.push(invalid(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${MAX_WINDOW}`));
  if (selectPolicy !== undefined && !SELECT_POLICIES.includes(selectPolicy))
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, SELECT_POLICIES));
  if (!policies?.length) errors.push(required(`${path}.policies`, "must specify at least one Policy"));
  policies?.forEach((policy, i) => {
    checkPolicy(errors, `${path}.policies[${i}]`, policy);
  });
  if (tolerance !== undefined && signOfQuantity(tolerance) < 0)
    errors.push(invalid(`${path}.tolerance`, canonicalQuantity(tolerance), "must be greater than or equal to 0"));
}

function checkPolicy(errors: FieldError[], path: string, policy: HPAScalingPolicy): void {
  const { type = "", value = 0, periodSeconds = 0 } = policy;
  if (type !== "Pods" && type !== "Percent") errors.push(notSupported(`${path}.type`, type, ["Percent", "Pods"]));
  if (value <= 0) errors.push(invalid(`${path}.value`, value, "must be greater than zero"));
  if (periodSeconds <= 0) errors.push(invalid(`${path}.periodSeconds`, periodSeconds, "must be greater than zero"));
  if (periodSeconds > MAX_PERIOD)
    errors.push(invalid(`${path}.periodSeconds`, periodSeconds, `must be less than or equal to ${MAX_PERIOD}`));
}
