/**
 * Scales what a HorizontalPodAutoscaler names into its bounds. Metrics are not served by this control plane, so that
 * within the bounds it says what Kubernetes says where the metrics API is missing.
 */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
} from "../../api/generated/autoscaling.v2.ts";
import type { KubeObject, Stored } from "../../api/machinery/meta.ts";
import {
  type Controller,
  type Effect,
  type EventRecord,
  type Plan,
  type ReconcileContext,
  settled,
} from "./controller.ts";
import { itemKey, splitItem } from "./item-key.ts";
import { statusUpdate } from "./status-update.ts";
import { timeText } from "./time.ts";

const RESOURCE = "horizontalpodautoscalers.autoscaling";
/** Kubernetes' horizontal-pod-autoscaler-sync-period. */
const PERIOD_MS = 15_000;
const TARGETS = ["deployments.apps", "replicasets.apps", "statefulsets.apps", "replicationcontrollers"];

type Autoscaler = Stored<HorizontalPodAutoscaler>;
type Target = Stored<KubeObject & { spec?: { replicas?: number }; status?: { replicas?: number } }>;

export const horizontalPodAutoscaler: Controller = {
  name: "horizontal-pod-autoscaler",
  reads: [RESOURCE, ...TARGETS],
  writes: [RESOURCE, ...TARGETS],
  itemsOf({ resource, object, previous, snapshot }) {
    if (resource === RESOURCE) return [itemKey(object)];
    const replicas = (each: unknown) => (each as Target | undefined)?.spec?.replicas;
    if (previous && replicas(object) === replicas(previous)) return [];
    return snapshot
      .list<HorizontalPodAutoscaler>(RESOURCE, object.metadata.namespace ?? "")
      .filter(
        ({ spec }) => spec.scaleTargetRef.name === object.metadata.name && spec.scaleTargetRef.kind === object.kind,
      )
      .map(itemKey);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const autoscaler = context.snapshot.get<HorizontalPodAutoscaler>(RESOURCE, namespace, name);
    return autoscaler ? planScale(autoscaler, context) : settled;
  },
};

function planScale(autoscaler: Autoscaler, { snapshot, now }: ReconcileContext): Plan {
  const { scaleTargetRef, maxReplicas, minReplicas = 1 } = autoscaler.spec;
  const { apiVersion = "", kind, name } = scaleTargetRef;
  const namespace = autoscaler.metadata.namespace ?? "";
  const resource = snapshot.resourceOf(apiVersion, kind);
  const target = resource && TARGETS.includes(resource) ? snapshot.get<Target>(resource, namespace, name) : undefined;
  if (!resource || !target) {
    const error = resource
      ? `${resource} "${name}" not found`
      : `no matches for kind "${kind}" in group "${apiVersion.split("/")[0]}"`;
    return unable(autoscaler, error, now);
  }
  const current = target.spec?.replicas ?? 0;
  const found = say(
    autoscaler.status.conditions ?? [],
    now,
    "AbleToScale",
    "True",
    "SucceededGetScale",
    "the HPA controller was able to get the target's current scale",
  );
  const base = statusWith(autoscaler, { currentReplicas: current, desiredReplicas: current });
  if (current === 0 && minReplicas !== 0) {
    const conditions = say(
      found,
      now,
      "ScalingActive",
      "False",
      "ScalingDisabled",
      "scaling is disabled since the replica count of the target is zero",
    );
    return { effects: statusUpdate(RESOURCE, autoscaler, { ...base, desiredReplicas: 0, conditions }) };
  }
  const bound =
    current > maxReplicas
      ? { desired: maxReplicas, reason: "Current number of replicas above Spec.MaxReplicas" }
      : current < minReplicas
        ? { desired: minReplicas, reason: "Current number of replicas below Spec.MinReplicas" }
        : undefined;
  return bound
    ? rescale(autoscaler, { resource, current, found, ...bound }, now)
    : withoutMetrics(autoscaler, { base, found }, now);
}

function statusWith(
  { status, metadata: { generation } }: Autoscaler,
  counts: { currentReplicas: number; desiredReplicas: number },
): HorizontalPodAutoscalerStatus {
  return { ...status, ...(generation === undefined ? {} : { observedGeneration: generation }), ...counts };
}

function unable(autoscaler: Autoscaler, error: string, now: number): Plan {
  const conditions = say(
    autoscaler.status.conditions ?? [],
    now,
    "AbleToScale",
    "False",
    "FailedGetScale",
    `the HPA controller was unable to get the target's current scale: ${error}`,
  );
  const { observedGeneration: _, ...status } = autoscaler.status;
  return {
    effects: statusUpdate(RESOURCE, autoscaler, {
      ...status,
      desiredReplicas: status.desiredReplicas ?? 0,
      conditions,
    }),
    events: [{ about: autoscaler, type: "Warning", reason: "FailedGetScale", message: error }],
    wakeAt: now + PERIOD_MS,
  };
}

interface Rescale {
  readonly resource: string;
  readonly current: number;
  readonly desired: number;
  readonly reason: string;
  readonly found: HorizontalPodAutoscalerCondition[];
}

function rescale(autoscaler: Autoscaler, { resource, current, desired, reason, found }: Rescale, now: number): Plan {
  const scale: Effect = {
    op: "patch",
    resource,
    namespace: autoscaler.metadata.namespace ?? "",
    name: autoscaler.spec.scaleTargetRef.name,
    subresource: "scale",
    type: "application/merge-patch+json",
    patch: { spec: { replicas: desired } },
    record: {
      about: autoscaler,
      success: { reason: "SuccessfulRescale", message: `New size: ${desired}; reason: ${reason}` },
      failure: { reason: "FailedRescale", message: `New size: ${desired}; reason: ${reason}; error: {message}` },
    },
  };
  const conditions = say(
    found,
    now,
    "AbleToScale",
    "True",
    "SucceededRescale",
    `the HPA controller was able to update the target scale to ${desired}`,
  );
  const counted = statusWith(autoscaler, { currentReplicas: current, desiredReplicas: desired });
  const status = { ...counted, lastScaleTime: timeText(now), conditions };
  return { effects: [scale, ...statusUpdate(RESOURCE, autoscaler, status)], wakeAt: now + PERIOD_MS };
}

function withoutMetrics(
  autoscaler: Autoscaler,
  { base, found }: { base: HorizontalPodAutoscalerStatus; found: HorizontalPodAutoscalerCondition[] },
  now: number,
): Plan {
  const [metric] = autoscaler.spec.metrics ?? [];
  const { reason, error } = missing(metric);
  const message = `the HPA was unable to compute the replica count: ${error}`;
  // What was said of the last rescale stands for as long as Kubernetes looks before it says otherwise.
  const able = autoscaler.status.conditions?.find(({ type }) => type === "AbleToScale");
  const kept = able?.reason === "SucceededRescale" ? (autoscaler.status.conditions ?? []) : found;
  const conditions = say(kept, now, "ScalingActive", "False", reason, message);
  const effects = statusUpdate(RESOURCE, autoscaler, { ...base, conditions });
  const events: EventRecord[] = [
    { about: autoscaler, type: "Warning", reason, message: error },
    {
      about: autoscaler,
      type: "Warning",
      reason: "FailedComputeMetricsReplicas",
      message: `invalid metrics (1 invalid out of 1), first error is: ${error}`,
    },
  ];
  return { effects, events: effects.length > 0 ? events : [] };
}

type Metric = NonNullable<HorizontalPodAutoscaler["spec"]["metrics"]>[number];

function missing(metric: Metric | undefined): { reason: string; error: string } {
  if (!metric || metric.resource || metric.containerResource) {
    const name = metric?.resource?.name ?? metric?.containerResource?.name ?? "cpu";
    const error = `failed to get ${name} utilization: unable to get metrics for resource ${name}: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`;
    return { reason: "FailedGetResourceMetric", error };
  }
  const api = metric.external ? "external" : "custom";
  const reason = metric.external
    ? "FailedGetExternalMetric"
    : metric.object
      ? "FailedGetObjectMetric"
      : "FailedGetPodsMetric";
  return { reason, error: `unable to get metrics: no ${api} metrics API (${api}.metrics.k8s.io) registered` };
}

function say(
  conditions: readonly HorizontalPodAutoscalerCondition[],
  now: number,
  ...[type, status, reason, message]: readonly [type: string, status: string, reason: string, message: string]
): HorizontalPodAutoscalerCondition[] {
  const current = conditions.find((each) => each.type === type);
  const lastTransitionTime = current?.status === status ? (current.lastTransitionTime ?? timeText(now)) : timeText(now);
  const next = { type, status, lastTransitionTime, reason, message };
  return current ? conditions.map((each) => (each === current ? next : each)) : [...conditions, next];
}
