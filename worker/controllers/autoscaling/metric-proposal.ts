/**
 * What one metric of an autoscaler proposes and how its status shows it, or why it cannot be determined, in Kubernetes'
 * words.
 */

import type {
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "../../../api/generated/autoscaling.v2.ts";
import { formatQuantity, milliValue } from "../../../api/machinery/quantity.ts";
import { printSelector } from "../../../api/machinery/selectors/print-selector.ts";
import type { QueryResult } from "../controller.ts";
import { externalName, externalValue, objectValue, podUsage, podValues } from "./metric-results.ts";
import { byAverage, byUtilization, byValue, byValuePerPod, type Situation } from "./replica-count.ts";

export interface Facts {
  readonly namespace: string;
  readonly situation: Situation;
  readonly statusReplicas: number;
}

export type Proposed =
  | { readonly ok: true; readonly replicas: number; readonly name: string; readonly status: MetricStatus }
  | {
      readonly ok: false;
      /** For the condition and the event about this metric. */
      readonly reason: string;
      readonly message: string;
      /** As quoted in the error about all metrics. */
      readonly error: string;
    };

/** What Go makes of a float that no int64 holds: shown as the share of each of no pods. */
const NO_NUMBER = -(2n ** 63n);
/** A quantity of thousandths in its shortest form; memory uses binary suffixes. */
const quantity = (value: number, resource = "") =>
  formatQuantity({
    nanos: (Number.isFinite(value) ? BigInt(Math.trunc(value)) : NO_NUMBER) * 1_000_000n,
    format: resource === "memory" ? "BinarySI" : "DecimalSI",
  });

export function propose(metric: MetricSpec, result: QueryResult, facts: Facts): Proposed {
  if (metric.resource) return ofResource({ ...metric.resource, result, facts, container: undefined });
  if (metric.containerResource) return ofResource({ ...metric.containerResource, result, facts });
  if (metric.pods) return ofPods(metric.pods, result, facts);
  if (metric.object) return ofObject(metric.object, result, facts);
  if (metric.external) return ofExternal(metric.external, result, facts);
  const error = `unknown metric source type "${metric.type}"`;
  return { ok: false, reason: "InvalidMetricSourceType", message: error, error };
}

interface ResourceMetric {
  readonly name: string;
  readonly target: MetricTarget;
  readonly result: QueryResult;
  readonly facts: Facts;
  readonly container: string | undefined;
}

function ofResource({ name, target, result, facts, container }: ResourceMetric): Proposed {
  const { situation } = facts;
  const failed = (what: string, why: string): Proposed => {
    const message = `failed to get ${name} ${what}: ${why}`;
    const kind = container === undefined ? `${name} resource` : `${container} container`;
    const reason = container === undefined ? "FailedGetResourceMetric" : "FailedGetContainerResourceMetric";
    return { ok: false, reason, message, error: `failed to get ${kind} metric value: ${message}` };
  };
  const what = target.averageValue === undefined ? "utilization" : "usage";
  const read = podUsage(result, name, container);
  if (!read.ok) return failed(what, `unable to get metrics for resource ${name}: ${read.error}`);
  const shown = (
    current: MetricStatus["resource"] extends { current: infer C } | undefined ? C : never,
  ): MetricStatus =>
    container === undefined
      ? { type: "Resource", resource: { name, current } }
      : { type: "ContainerResource", containerResource: { name, container, current } };
  if (target.averageValue !== undefined) {
    const outcome = byAverage(read.value, milliValue(target.averageValue), name, situation);
    if ("error" in outcome) return failed(what, outcome.error);
    const status = shown({ averageValue: quantity(outcome.current, name) });
    return { ok: true, replicas: outcome.replicas, name: `${name} resource`, status };
  }
  const percent = target.averageUtilization ?? 0;
  const outcome = byUtilization(read.value, { percent, resource: name, container }, situation);
  if ("error" in outcome) return failed(what, outcome.error);
  return {
    ok: true,
    replicas: outcome.replicas,
    name: `${name} ${container === undefined ? "" : "container "}resource utilization (percentage of request)`,
    status: shown({ averageUtilization: outcome.current, averageValue: quantity(outcome.average, name) }),
  };
}

const failedProposal = (reason: string, message: string, what: string, cited = message): Proposed => ({
  ok: false,
  reason,
  message,
  error: `failed to get ${what} metric value: ${cited}`,
});

function ofPods(
  { metric, target }: NonNullable<MetricSpec["pods"]>,
  result: QueryResult,
  { situation }: Facts,
): Proposed {
  const read = podValues(result);
  if (!read.ok)
    return failedProposal("FailedGetPodsMetric", `unable to get metric ${metric.name}: ${read.error}`, "pods");
  const outcome = byAverage(read.value, milliValue(target.averageValue), "", situation);
  if ("error" in outcome) return failedProposal("FailedGetPodsMetric", outcome.error, "pods");
  const status: MetricStatus = { type: "Pods", pods: { metric, current: { averageValue: quantity(outcome.current) } } };
  return { ok: true, replicas: outcome.replicas, name: `pods metric ${metric.name}`, status };
}

function ofObject(spec: NonNullable<MetricSpec["object"]>, result: QueryResult, facts: Facts): Proposed {
  const { describedObject, metric, target } = spec;
  const perPod = target.type === "AverageValue";
  const failed = (message: string) => {
    const cited = perPod ? `failed to get ${metric.name} object metric: ${message}` : message;
    return failedProposal("FailedGetObjectMetric", message, "object", cited);
  };
  const read = objectValue(result);
  if (!read.ok) {
    const { kind, name } = describedObject;
    return failed(`unable to get metric ${metric.name}: ${kind} on ${facts.namespace} ${name}/${read.error}`);
  }
  const outcome = perPod ? towardsAverage(read.value, target, facts) : towardsValue(read.value, target, facts);
  if ("error" in outcome) return failed(outcome.error);
  const { replicas, current } = outcome;
  // kube-controller-manager calls the first of them external as well.
  const name = perPod ? externalMetric(metric) : `${describedObject.kind} metric ${metric.name}`;
  return { ok: true, replicas, name, status: { type: "Object", object: { metric, describedObject, current } } };
}

interface Towards {
  readonly replicas: number;
  /** The current value of the metric, as the status shows it. */
  readonly current: MetricValueStatus;
}

function towardsAverage(value: number, target: MetricTarget, { situation, statusReplicas }: Facts): Towards {
  const { tolerance } = situation;
  const { replicas, current } = byValuePerPod(value, milliValue(target.averageValue), { statusReplicas, tolerance });
  return { replicas, current: { averageValue: quantity(current) } };
}

function towardsValue(value: number, target: MetricTarget, { situation }: Facts): Towards | { readonly error: string } {
  const outcome = byValue(value, milliValue(target.value), situation);
  return "error" in outcome ? outcome : { replicas: outcome.replicas, current: { value: quantity(outcome.current) } };
}

const externalMetric = ({ name, selector }: MetricIdentifier) => `external metric ${name}(${printSelector(selector)})`;

function ofExternal(spec: NonNullable<MetricSpec["external"]>, result: QueryResult, facts: Facts): Proposed {
  const { metric, target } = spec;
  const perPod = target.averageValue !== undefined;
  const failed = (message: string) => {
    const what = perPod ? `${metric.name} external metric` : `external metric ${metric.name}`;
    return failedProposal(
      "FailedGetExternalMetric",
      message,
      `${metric.name} external`,
      `failed to get ${what}: ${message}`,
    );
  };
  const read = externalValue(result);
  if (!read.ok) return failed(`unable to get external metric ${externalName(facts.namespace, metric)}: ${read.error}`);
  const outcome = perPod ? towardsAverage(read.value, target, facts) : towardsValue(read.value, target, facts);
  if ("error" in outcome) return failed(outcome.error);
  const { replicas, current } = outcome;
  return {
    ok: true,
    replicas,
    name: externalMetric(metric),
    status: { type: "External", external: { metric, current } },
  };
}
