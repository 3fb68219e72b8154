/**
 * How many replicas a metric asks for, by Kubernetes' algorithm: in proportion to usage, within a tolerance, and
 * conservative about pods that have not started or lack metrics. Values are in thousandths.
 */
import type { HorizontalPodAutoscaler } from "../../../api/generated/autoscaling.v2.ts";
import type { Pod } from "../../../api/generated/core.v1.ts";
import { milliValue } from "../../../api/machinery/quantity.ts";
import { isReady, podCondition } from "../pod/pod-state.ts";
import { requestedAmounts } from "../quota/pod-usage.ts";
import { timeOf } from "../time.ts";
import type { Sample, Samples } from "./metric-results.ts";

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
  const of = (text: string | number | undefined) => (text === undefined ? TOLERANCE : milliValue(text) / 1000);
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
    // Towards more than all of the request, a pod without metrics is taken to use as much.
    wholeUse: (name) => Math.trunc(((requests.get(name) ?? 0) * Math.max(100, target.percent)) / 100),
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
  const replicas = proposed(grouped, ratio, { ratioOf, situation, wholeUse: () => target });
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
  readonly unready: readonly string[];
  readonly missing: readonly string[];
}

function groupPods(samples: Samples, resource: string, { pods, now }: Situation): Grouped | { readonly error: string } {
  if (pods.length === 0) return { error: "no pods returned by selector while calculating replica count" };
  const [ended, unready, missing]: [string[], string[], string[]] = [[], [], []];
  let ready = 0;
  for (const pod of pods) {
    const { name = "", deletionTimestamp } = pod.metadata;
    const sample = samples.get(name);
    if (deletionTimestamp || pod.status.phase === "Failed") ended.push(name);
    else if (pod.status.phase === "Pending") unready.push(name);
    else if (!sample) missing.push(name);
    else if (resource === "cpu" && isStarting(pod, sample, now)) unready.push(name);
    else ready++;
  }
  const left = new Set([...ended, ...unready]);
  const counted = new Map([...samples].filter(([name]) => !left.has(name)));
  return counted.size === 0
    ? { error: "did not receive metrics for targeted pods (pods might be unready)" }
    : { samples: counted, ready, unready, missing };
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
  for (const pod of pods) {
    const isPodLevel = container === undefined && Object.keys(pod.spec.resources?.requests ?? {}).length > 0;
    const request = isPodLevel ? requestOfWhole(pod, resource) : requestOfContainers(pod, resource, container);
    if (typeof request === "string") return { error: `${request} Pod ${pod.metadata.name}` };
    requests.set(pod.metadata.name ?? "", request);
  }
  return requests;
}

/** What the pod asks for itself, with its overhead; or what is wrong, as far as the pod's name. */
function requestOfWhole(pod: Pod, resource: string): number | string {
  const amounts = [requestedAmounts(pod, "requests")[resource], pod.spec.overhead?.[resource]];
  const requested = amounts.filter((each) => each !== undefined);
  if (requested.length === 0) return `missing pod-level request for ${resource} in`;
  return requested.reduce((sum: number, each) => sum + milliValue(each), 0);
}

function requestOfContainers({ spec }: Pod, resource: string, container: string | undefined): number | string {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const all = [...spec.containers, ...sidecars];
  const counted = container === undefined ? all : all.filter(({ name }) => name === container);
  if (counted.length === 0) return `container ${container} not found in`;
  let sum = 0;
  for (const { name, resources } of counted) {
    const request = resources?.requests?.[resource];
    if (request === undefined) return `missing request for ${resource} in container ${name} of`;
    sum += milliValue(request);
  }
  return sum;
}

interface Rules {
  readonly ratioOf: (samples: Samples) => number;
  readonly situation: Situation;
  /** The usage assumed for a pod without metrics, where that argues against scaling down. */
  readonly wholeUse: (pod: string) => number;
}

function proposed({ samples, ready, unready, missing }: Grouped, ratio: number, rules: Rules): number {
  const { ratioOf, situation, wholeUse } = rules;
  const { replicas, tolerance } = situation;
  const growing = ratio > 1;
  const counting = growing ? [...missing, ...unready] : ratio < 1 ? missing : [];
  if (counting.length === 0) return isWithin(ratio, tolerance) ? replicas : Math.ceil(ratio * ready);
  const value = (name: string) => (growing ? 0 : wholeUse(name));
  const assumed = counting.map((name): [string, Sample] => [name, { value: value(name), at: 0, window: 0 }]);
  const all = new Map([...samples, ...assumed]);
  const next = ratioOf(all);
  if (isWithin(next, tolerance) || (ratio < 1 && next > 1) || (growing && next < 1)) return replicas;
  const count = Math.ceil(next * all.size);
  const turns = (next < 1 && count > replicas) || (next > 1 && count < replicas);
  return turns ? replicas : count;
}
