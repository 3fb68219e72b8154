/**
 * How many replicas a metric asks for, by Kubernetes' algorithm: in proportion to usage, within a tolerance, and
 * conservative about pods that have not started or lack metrics. Values are in thousandths.
 */
import type { HorizontalPodAutoscaler } from "../../../api/generated/autoscaling.v2.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { milliUnits, quantityOf } from "../../../api/machinery/quantity.ts";
import { isReady, podCondition } from "../pod/pod-state.ts";
import { timeOf } from "../time.ts";
import type { Sample, Samples } from "./metric-answers.ts";

/** --horizontal-pod-autoscaler-tolerance. */
const TOLERANCE = 0.1;
/** --horizontal-pod-autoscaler-cpu-initialization-period and -initial-readiness-delay. */
const STARTING_MS = 300_000;
const READINESS_DELAY_MS = 30_000;

export interface Proposal {
  readonly replicas: number;
  /** The current value of the metric, in the unit of its target. */
  readonly current: number;
}

export interface Situation {
  readonly replicas: number;
  readonly pods: readonly Pod[];
  readonly tolerance: Tolerance;
  readonly now: number;
}

export interface Tolerance {
  readonly up: number;
  readonly down: number;
}

export function toleranceOf({ behavior }: HorizontalPodAutoscaler["spec"]): Tolerance {
  const of = (text: string | number | undefined) =>
    text === undefined ? TOLERANCE : Number(milliUnits(quantityOf(text))) / 1000;
  return { up: of(behavior?.scaleUp?.tolerance), down: of(behavior?.scaleDown?.tolerance) };
}

const isWithin = (ratio: number, { up, down }: Tolerance) => ratio >= 1 - down && ratio <= 1 + up;

type Outcome = Proposal | { readonly error: string };

/** For a target of average utilization, in percent of the pods' requests. */
export function byUtilization(
  samples: Samples,
  target: { readonly percent: number; readonly resource: string; readonly container: string | undefined },
  situation: Situation,
): (Proposal & { readonly average: number }) | { readonly error: string } {
  const { resource, container } = target;
  const grouped = groupPods(samples, resource, situation);
  if ("error" in grouped) return grouped;
  const requests = requestsOf(situation.pods, resource, container);
  if ("error" in requests) return requests;
  const use = (of: Samples) => {
    const counted = [...of].filter(([name]) => requests.has(name));
    const total = counted.reduce((sum, [, { value }]) => sum + value, 0);
    const requested = counted.reduce((sum, [name]) => sum + (requests.get(name) ?? 0), 0);
    if (requested === 0) return undefined;
    const percent = Math.trunc((total * 100) / requested);
    return { ratio: percent / target.percent, percent, average: Math.trunc(total / counted.length) };
  };
  const now = use(grouped.samples);
  if (!now) return { error: "no metrics returned matched known pods" };
  const ratioOf = (of: Samples) => use(of)?.ratio ?? 0;
  const replicas = proposed(grouped, now.ratio, {
    ratioOf,
    situation,
    wholeUse: (name) => requests.get(name) ?? 0,
    keepsDirection: true,
  });
  return { replicas, current: now.percent, average: now.average };
}

/** For a target of average value. `resource` is "" for pod metrics that are no resource. */
export function byAverage(samples: Samples, target: number, resource: string, situation: Situation): Outcome {
  const grouped = groupPods(samples, resource, situation);
  if ("error" in grouped) return grouped;
  const averageOf = (of: Samples) =>
    Math.trunc([...of.values()].reduce((sum, { value }) => sum + value, 0) / Math.max(1, of.size));
  const ratioOf = (of: Samples) => averageOf(of) / target;
  const ratio = ratioOf(grouped.samples);
  const replicas = proposed(grouped, ratio, { ratioOf, situation, wholeUse: () => target, keepsDirection: false });
  return { replicas, current: averageOf(grouped.samples) };
}

/** For a target value of an object other than the pods; in proportion to ready pods. */
export function byValue(value: number, target: number, { replicas, pods, tolerance }: Situation): Outcome {
  const ratio = value / target;
  if (replicas === 0) return { replicas: Math.ceil(ratio), current: value };
  if (isWithin(ratio, tolerance)) return { replicas, current: value };
  if (pods.length === 0)
    return {
      error: "unable to calculate ready pods: no pods returned by selector while calculating replica count",
    };
  const ready = pods.filter((pod) => pod.status.phase === "Running" && isReady(pod)).length;
  return { replicas: Math.ceil(ratio * ready), current: value };
}

/** For a target of average value per pod, of an object other than the pods. */
export function byValuePerPod(
  value: number,
  target: number,
  { statusReplicas, tolerance }: { readonly statusReplicas: number; readonly tolerance: Tolerance },
): Proposal {
  const ratio = value / (target * statusReplicas);
  const replicas = isWithin(ratio, tolerance) ? statusReplicas : Math.ceil(value / target);
  return { replicas, current: Math.ceil(value / statusReplicas) };
}

interface Grouped {
  readonly samples: Samples;
  readonly ready: number;
  readonly ignored: readonly string[];
  readonly missing: readonly string[];
}

function groupPods(samples: Samples, resource: string, { pods, now }: Situation): Grouped | { readonly error: string } {
  if (pods.length === 0) return { error: "no pods returned by selector while calculating replica count" };
  const [ignored, missing]: [string[], string[]] = [[], []];
  let ready = 0;
  for (const pod of pods) {
    const { name = "", deletionTimestamp } = pod.metadata;
    if (deletionTimestamp || pod.status.phase === "Failed") continue;
    const sample = samples.get(name);
    if (pod.status.phase === "Pending") ignored.push(name);
    else if (!sample) missing.push(name);
    else if (resource === "cpu" && isStarting(pod, sample, now)) ignored.push(name);
    else ready++;
  }
  const counted = new Map([...samples].filter(([name]) => !ignored.includes(name)));
  return counted.size === 0
    ? { error: "did not receive metrics for targeted pods (pods might be unready)" }
    : { samples: counted, ready, ignored, missing };
}

/** The usage of a starting pod says nothing about its load. */
function isStarting(pod: Pod, sample: Sample, now: number): boolean {
  const condition = podCondition(pod, "Ready");
  const started = timeOf(pod.status.startTime);
  if (!condition || started === undefined) return true;
  const since = timeOf(condition.lastTransitionTime) ?? 0;
  if (started + STARTING_MS > now) return condition.status === "False" || sample.at < since + sample.window;
  // It has never been ready.
  return condition.status === "False" && started + READINESS_DELAY_MS > since;
}

function requestsOf(
  pods: readonly Pod[],
  resource: string,
  container: string | undefined,
): ReadonlyMap<string, number> | { readonly error: string } {
  const requests = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
    let sum = 0;
    for (const { name, resources } of [...sidecars, ...spec.containers]) {
      if (container !== undefined && name !== container) continue;
      const request = resources?.requests?.[resource];
      if (request === undefined)
        return { error: `missing request for ${resource} in container ${name} of Pod ${metadata.name}` };
      sum += Number(milliUnits(quantityOf(request)));
    }
    requests.set(metadata.name ?? "", sum);
  }
  return requests;
}

interface Rules {
  readonly ratioOf: (samples: Samples) => number;
  readonly situation: Situation;
  /** The usage assumed for a pod without metrics, where that argues against scaling down. */
  readonly wholeUse: (pod: string) => number;
  readonly keepsDirection: boolean;
}

function proposed({ samples, ready, ignored, missing }: Grouped, ratio: number, rules: Rules): number {
  const { ratioOf, situation, wholeUse, keepsDirection } = rules;
  const { replicas, tolerance } = situation;
  const growing = ratio > 1;
  const counting = growing ? [...missing, ...ignored] : missing;
  if (counting.length === 0) return isWithin(ratio, tolerance) ? replicas : Math.ceil(ratio * ready);
  const value = (name: string) => (ratio < 1 ? wholeUse(name) : 0);
  const assumed = counting.map((name): [string, Sample] => [name, { value: value(name), at: 0, window: 0 }]);
  const all = new Map([...samples, ...assumed]);
  const next = ratioOf(all);
  if (isWithin(next, tolerance) || (ratio < 1 && next > 1) || (growing && next < 1)) return replicas;
  const count = Math.ceil(next * all.size);
  const turns = (next < 1 && count > replicas) || (next > 1 && count < replicas);
  return keepsDirection && turns ? replicas : count;
}
