/** Scales the target of a HorizontalPodAutoscaler into its bounds, and within them to what its metrics ask for. */
import type {
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
} from "../../../api/generated/autoscaling.v2.ts";
import { API_SERVICES } from "../api-services.ts";
import { defineController, type Effect, EVERYTHING, type Plan, type ReconcileContext, settled } from "../controller.ts";
import { itemKey, splitItem } from "../item-key.ts";
import { same } from "../same.ts";
import { autoscalerStatus, RESOURCE } from "./autoscaler-status.ts";
import { setCondition } from "./conditions.ts";
import { followMetrics } from "./follow-metrics.ts";
import { firstHistory, withoutLastChange } from "./limits.ts";
import { type Autoscaler, isRescale, type Memory, PERIOD_MS, planRescale, unchangedStatus } from "./rescale.ts";
import { isInSnapshot, scaleOf, TARGETS } from "./scale-target.ts";

export const horizontalPodAutoscaler = defineController({
  name: "horizontal-pod-autoscaler",
  reads: [RESOURCE, "pods", API_SERVICES, ...TARGETS],
  writes: [EVERYTHING],
  /** Kubernetes knows no other delay. */
  pace: { longest: PERIOD_MS },
  remembers: true,
  itemsOf({ resource, object, previous, snapshot }) {
    if (resource === "pods" || resource === API_SERVICES) return [];
    if (resource === RESOURCE) return previous && same(object.spec, previous.spec) ? [] : [itemKey(object)];
    if (previous && object.spec?.replicas === previous.spec?.replicas) return [];
    return snapshot
      .list(RESOURCE, object.metadata.namespace ?? "")
      .filter(
        ({ spec }) => spec.scaleTargetRef.name === object.metadata.name && spec.scaleTargetRef.kind === object.kind,
      )
      .map(itemKey);
  },
  reconcile(item, context) {
    const { namespace, name } = splitItem(item);
    const autoscaler = context.snapshot.get(RESOURCE, namespace, name);
    return autoscaler ? planAutoscaler(autoscaler, context) : settled;
  },
});

function planAutoscaler(autoscaler: Autoscaler, context: ReconcileContext): Plan {
  const { now, failure } = context;
  const { maxReplicas, minReplicas = 1 } = autoscaler.spec;
  const scale = scaleOf(autoscaler, context);
  const refused = failure && isRescale(failure.effect) ? failure.message : undefined;
  const remembered = context.remembered as Memory | undefined;
  // A change that was refused has to be reported: the metrics are looked at again for that.
  const memory =
    remembered && refused !== undefined ? { ...remembered, ...withoutLastChange(remembered), due: now } : remembered;
  if ("query" in scale) return { effects: [], queries: [scale.query], remember: memory };
  if ("error" in scale) return planWithoutScale(autoscaler, scale.error, context);
  const { replicas } = scale;
  const history = memory ?? firstHistory(replicas, now);
  const reached = setCondition(
    autoscaler.status.conditions ?? [],
    {
      type: "AbleToScale",
      status: "True",
      reason: "SucceededGetScale",
      message: "the HPA controller was able to get the target's current scale",
    },
    now,
  );
  if (replicas === 0 && minReplicas !== 0)
    return {
      effects: disabledStatus(autoscaler, reached, now),
      // Nobody tells when the scale of a custom resource changes.
      ...(isInSnapshot(scale.resource) ? {} : { wakeAt: now + PERIOD_MS }),
      remember: { ...history, due: now } satisfies Memory,
    };
  const bound =
    replicas > maxReplicas
      ? { desired: maxReplicas, reason: "Current number of replicas above Spec.MaxReplicas" }
      : replicas < minReplicas
        ? { desired: minReplicas, reason: "Current number of replicas below Spec.MinReplicas" }
        : undefined;
  if (bound) return planRescale({ autoscaler, scale, conditions: reached, metrics: [], history, now, refused }, bound);
  // The conditions of the last rescale stand until the metrics are due again.
  if (memory && memory.due > now) return { effects: [], wakeAt: memory.due, remember: memory };
  return followMetrics(autoscaler, { scale, conditions: reached, memory, refused }, context);
}

function disabledStatus(
  autoscaler: Autoscaler,
  conditions: readonly HorizontalPodAutoscalerCondition[],
  now: number,
): readonly Effect[] {
  const message = "scaling is disabled since the replica count of the target is zero";
  const disabled = { type: "ScalingActive", status: "False", reason: "ScalingDisabled", message };
  return autoscalerStatus(autoscaler, {
    ...unchangedStatus(autoscaler),
    currentReplicas: 0,
    desiredReplicas: 0,
    conditions: setCondition(conditions, disabled, now),
  });
}

function planWithoutScale(autoscaler: Autoscaler, error: string, { now, remembered }: ReconcileContext): Plan {
  const message = `the HPA controller was unable to get the target's current scale: ${error}`;
  const condition = { type: "AbleToScale", status: "False", reason: "FailedGetScale", message };
  const status: HorizontalPodAutoscalerStatus = {
    ...autoscaler.status,
    desiredReplicas: autoscaler.status.desiredReplicas ?? 0,
    conditions: setCondition(autoscaler.status.conditions ?? [], condition, now),
  };
  return {
    effects: autoscalerStatus(autoscaler, status),
    events: [{ about: autoscaler, type: "Warning", reason: "FailedGetScale", message: error }],
    wakeAt: now + PERIOD_MS,
    remember: remembered,
  };
}
