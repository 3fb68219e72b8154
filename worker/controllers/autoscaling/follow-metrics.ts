/** Follows an autoscaler's metrics: queries them, takes the highest proposal, and limits the rate of change. */
import type {
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerStatus,
  MetricStatus,
} from "../../../api/generated/autoscaling.v2.ts";
import { type EventRecord, type Plan, type ReconcileContext, settled } from "../controller.ts";
import { autoscalerStatus } from "./autoscaler-status.ts";
import { setCondition } from "./conditions.ts";
import { firstHistory, type History, limitReplicas, updatedHistory } from "./limits.ts";
import { type Proposed, propose } from "./metric-proposal.ts";
import { queryOf, resultOf } from "./metric-query.ts";
import { toleranceOf } from "./replica-count.ts";
import { type Autoscaler, type Memory, PERIOD_MS, planRescale, unchangedStatus } from "./rescale.ts";
import type { Scale } from "./scale-target.ts";
import { type Selection, selectionOf } from "./selection.ts";

/** How often to check for metrics if there are none: each check wakes the cluster. */
const NO_METRICS_MS = 60_000;

interface Looking {
  readonly scale: Scale;
  readonly conditions: HorizontalPodAutoscalerCondition[];
  readonly memory: Memory | undefined;
  /** As in rescale.ts. */
  readonly refused: string | undefined;
}

export function followMetrics(
  autoscaler: Autoscaler,
  { scale, conditions, memory, refused }: Looking,
  context: ReconcileContext,
): Plan {
  const { queryResults, now, snapshot } = context;
  const { spec } = autoscaler;
  const namespace = autoscaler.metadata.namespace ?? "";
  const selection = selectionOf(autoscaler, scale.selector, context);
  if (!selection.ok) return planWithoutSelection(autoscaler, { scale, conditions, memory, refused }, selection, now);
  const { pods } = selection;
  const specs = spec.metrics ?? [];
  const queries = specs.map((metric) => queryOf(metric, { namespace, selector: scale.selector, snapshot }));
  const missing = queries.flatMap((each) => ("query" in each && !queryResults?.has(each.query) ? [each.query] : []));
  // Queries go out together. The scale of a custom resource was answered in the turn before, and is queried again.
  if (missing.length > 0)
    return { effects: [], queries: [...(queryResults?.keys() ?? []), ...missing], remember: memory };
  const situation = { replicas: scale.replicas, pods, tolerance: toleranceOf(spec), now };
  const facts = { namespace, situation, statusReplicas: scale.statusReplicas };
  const results = queries.flatMap((each) => resultOf(each, queryResults) ?? []);
  const found = specs.flatMap((metric, i) => (results[i] ? [propose(metric, results[i], facts)] : []));
  const metrics = found.map((each): MetricStatus => (each.ok ? each.status : { type: "" }));
  const invalid = found.filter((each) => !each.ok);
  const best = found.filter((each) => each.ok).reduce(larger, undefined);
  const [first] = invalid;
  const served = results.some((result) => result.ok || result.code !== 404);
  const history: History = memory ?? firstHistory(scale.replicas, now);
  const events = invalid.map(
    ({ reason, message }): EventRecord => ({ about: autoscaler, type: "Warning", reason, message }),
  );
  if (first && (!best || best.replicas < scale.replicas))
    return withoutMetrics(
      autoscaler,
      { scale, conditions, metrics, history, events, first, invalid: invalid.length, served },
      now,
    );
  if (!best) return settled;
  return follow(autoscaler, { scale, conditions, metrics, history, events, best, refused }, now);
}

interface Computed {
  readonly scale: Scale;
  readonly conditions: HorizontalPodAutoscalerCondition[];
  readonly metrics: readonly MetricStatus[];
  readonly history: History;
  readonly events: readonly EventRecord[];
}

/** It is ambiguous which pods count, so no metrics are queried. */
function planWithoutSelection(
  autoscaler: Autoscaler,
  { scale, conditions, memory }: Looking,
  { reason, event, message, error }: Selection & { readonly ok: false },
  now: number,
): Plan {
  const status: HorizontalPodAutoscalerStatus = {
    ...unchangedStatus(autoscaler),
    currentReplicas: scale.replicas,
    desiredReplicas: autoscaler.status.desiredReplicas ?? 0,
    conditions: setCondition(conditions, { type: "ScalingActive", status: "False", reason, message }, now),
  };
  const eventOf = (why: string): EventRecord => ({ about: autoscaler, type: "Warning", reason: why, message: error });
  const due = now + PERIOD_MS;
  return {
    effects: autoscalerStatus(autoscaler, status),
    events: [eventOf(event), eventOf("FailedComputeMetricsReplicas")],
    wakeAt: due,
    remember: { ...(memory ?? firstHistory(scale.replicas, now)), due } satisfies Memory,
  };
}

type Invalid = Proposed & { readonly ok: false };
type Valid = Proposed & { readonly ok: true };

/** The one that proposes more; of equal ones the first, but where nothing is wanted the last. */
const larger = (best: Valid | undefined, next: Valid): Valid =>
  best && best.replicas > 0 && best.replicas >= next.replicas ? best : next;

function withoutMetrics(
  autoscaler: Autoscaler,
  computed: Computed & { readonly first: Invalid; readonly invalid: number; readonly served: boolean },
  now: number,
): Plan {
  const { scale, conditions, metrics, history, events, first, invalid } = computed;
  const message = `the HPA was unable to compute the replica count: ${first.message}`;
  const status: HorizontalPodAutoscalerStatus = {
    ...unchangedStatus(autoscaler),
    currentReplicas: scale.replicas,
    desiredReplicas: autoscaler.status.desiredReplicas ?? 0,
    currentMetrics: [...metrics],
    conditions: setCondition(
      conditions,
      { type: "ScalingActive", status: "False", reason: first.reason, message },
      now,
    ),
  };
  const failed: EventRecord = {
    about: autoscaler,
    type: "Warning",
    reason: "FailedComputeMetricsReplicas",
    message: `invalid metrics (${invalid} invalid out of ${metrics.length}), first error is: ${first.error}`,
  };
  const due = now + (computed.served ? PERIOD_MS : NO_METRICS_MS);
  return {
    effects: autoscalerStatus(autoscaler, status),
    events: [...events, failed],
    wakeAt: due,
    remember: { ...history, due } satisfies Memory,
  };
}

function follow(
  autoscaler: Autoscaler,
  computed: Computed & { readonly best: Valid; readonly refused: string | undefined },
  now: number,
): Plan {
  const { scale, metrics, history, events, best, refused } = computed;
  const { spec } = autoscaler;
  const { replicas: current } = scale;
  const sizes = { current, desired: best.replicas, min: spec.minReplicas ?? 1, max: spec.maxReplicas };
  const { replicas, able, limited } = limitReplicas(spec, sizes, history, now);
  const memory = updatedHistory(spec, history, { recommended: best.replicas }, now);
  const valid = `the HPA was able to successfully calculate a replica count from ${best.name}`;
  const conditions = [
    { type: "ScalingActive", status: "True", reason: "ValidMetricFound", message: valid },
    { type: "AbleToScale", status: "True", ...able },
    { type: "ScalingLimited", ...limited },
  ].reduce((conditions, next) => setCondition(conditions, next, now), computed.conditions);
  if (replicas !== current) {
    // Empty if an earlier recommendation is followed.
    const above = best.replicas > current ? `${best.name} above target` : "";
    const reason = best.replicas < current ? "All metrics below target" : above;
    const standing = { autoscaler, scale, conditions, metrics, history: memory, now, refused };
    const plan = planRescale(standing, { desired: replicas, reason });
    return { ...plan, events };
  }
  const status: HorizontalPodAutoscalerStatus = {
    ...unchangedStatus(autoscaler),
    currentReplicas: current,
    desiredReplicas: current,
    currentMetrics: [...metrics],
    conditions,
  };
  const due = now + PERIOD_MS;
  return {
    effects: autoscalerStatus(autoscaler, status),
    events,
    wakeAt: due,
    remember: { ...memory, due } satisfies Memory,
  };
}
