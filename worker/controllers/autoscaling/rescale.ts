/** Writes a new size to an autoscaler's target, and reports it in the status. */
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from "../../../api/generated/autoscaling.v2.ts";
import type { Stored } from "../../../api/machinery/meta.ts";
import { timestamp } from "../../../api/machinery/time/time.ts";
import type { Effect, Plan } from "../controller.ts";
import { autoscalerStatus } from "./autoscaler-status.ts";
import { setCondition } from "./conditions.ts";
import { type History, updatedHistory } from "./limits.ts";
import type { Scale } from "./scale-target.ts";

/** --horizontal-pod-autoscaler-sync-period. */
export const PERIOD_MS = 15_000;

export type Autoscaler = Stored<HorizontalPodAutoscaler>;

export interface Memory extends History {
  /** When the metrics are due again (ms). */
  readonly due: number;
}

/** The part of the status that is not recomputed. */
export const unchangedStatus = ({ status: { lastScaleTime } }: Autoscaler) =>
  lastScaleTime === undefined ? {} : { lastScaleTime };

/** Only a rescale writes a scale. */
export const isRescale = (effect: Effect): boolean => effect.op === "patch" && effect.subresource === "scale";

export interface Standing {
  readonly autoscaler: Autoscaler;
  readonly scale: Scale;
  readonly conditions: HorizontalPodAutoscalerCondition[];
  readonly metrics: readonly MetricStatus[];
  readonly history: History;
  readonly now: number;
  /** Why the API server has just refused the new size; an event has said so. */
  readonly refused: string | undefined;
}

export function planRescale(standing: Standing, { desired, reason }: { desired: number; reason: string }): Plan {
  const { autoscaler, scale, conditions, metrics, history, now, refused } = standing;
  if (refused !== undefined) return reportRefused(standing, refused);
  const text = `New size: ${desired}; reason: ${reason}`;
  const write: Effect = {
    op: "patch",
    resource: scale.resource,
    namespace: autoscaler.metadata.namespace ?? "",
    name: autoscaler.spec.scaleTargetRef.name,
    subresource: "scale",
    type: "application/merge-patch+json",
    patch: { spec: { replicas: desired } },
    record: {
      about: autoscaler,
      success: { reason: "SuccessfulRescale", message: text },
      failure: { reason: "FailedRescale", message: `${text}; error: {message}` },
    },
  };
  const message = `the HPA controller was able to update the target scale to ${desired}`;
  const status: HorizontalPodAutoscalerStatus = {
    lastScaleTime: timestamp(now),
    currentReplicas: scale.replicas,
    desiredReplicas: desired,
    ...(metrics.length > 0 ? { currentMetrics: [...metrics] } : {}),
    conditions: setCondition(
      conditions,
      { type: "AbleToScale", status: "True", reason: "SucceededRescale", message },
      now,
    ),
  };
  const changed = updatedHistory(autoscaler.spec, history, { changedBy: desired - scale.replicas }, now);
  const due = now + PERIOD_MS;
  return {
    effects: [write, ...autoscalerStatus(autoscaler, status)],
    wakeAt: due,
    remember: { ...changed, due } satisfies Memory,
  };
}

function reportRefused({ autoscaler, scale, conditions, metrics, history, now }: Standing, refused: string): Plan {
  const message = `the HPA controller was unable to update the target scale: ${refused}`;
  const condition = { type: "AbleToScale", status: "False", reason: "FailedUpdateScale", message };
  const status: HorizontalPodAutoscalerStatus = {
    ...unchangedStatus(autoscaler),
    currentReplicas: scale.replicas,
    desiredReplicas: autoscaler.status.desiredReplicas ?? 0,
    ...(metrics.length > 0 ? { currentMetrics: [...metrics] } : {}),
    conditions: setCondition(conditions, condition, now),
  };
  const due = now + PERIOD_MS;
  return {
    effects: autoscalerStatus(autoscaler, status),
    wakeAt: due,
    remember: { ...history, due } satisfies Memory,
  };
}
