/**
 * How fast an autoscaler follows its metrics: the stabilization window over recent recommendations, and scaling
 * policies.
 */
import type { HorizontalPodAutoscaler, HPAScalingRules } from "../../../api/generated/autoscaling.v2.ts";

/** --horizontal-pod-autoscaler-downscale-stabilization. */
const DOWNSCALE_S = 300;

/** What is remembered between evaluations. */
export interface History {
  readonly recommendations: readonly { readonly replicas: number; readonly at: number }[];
  readonly changes: readonly { readonly by: number; readonly at: number }[];
}

/** What it is when it is first looked at counts as a recommendation. */
export const firstHistory = (replicas: number, now: number): History => ({
  recommendations: [{ replicas, at: now }],
  changes: [],
});

export interface Limited {
  readonly replicas: number;
  readonly able: { readonly reason: string; readonly message: string };
  readonly limited: { readonly status: "True" | "False"; readonly reason: string; readonly message: string };
}

interface Sizes {
  readonly current: number;
  readonly desired: number;
  readonly min: number;
  readonly max: number;
}

const READY = { reason: "ReadyForNewScale", message: "recommended size matches current size" };
const HIGHEST = {
  reason: "ScaleDownStabilized",
  message: "recent recommendations were higher than current one, applying the highest recent recommendation",
};
const LOWEST = {
  reason: "ScaleUpStabilized",
  message: "recent recommendations were lower than current one, applying the lowest recent recommendation",
};
const TOO_MANY = {
  reason: "TooManyReplicas",
  message: "the desired replica count is more than the maximum replica count",
};
const TOO_FEW = {
  reason: "TooFewReplicas",
  message: "the desired replica count is less than the minimum replica count",
};
const TOO_FAST = {
  reason: "ScaleUpLimit",
  message: "the desired replica count is increasing faster than the maximum scale rate",
};
const TOO_FAST_DOWN = {
  reason: "ScaleDownLimit",
  message: "the desired replica count is decreasing faster than the maximum scale rate",
};
const IN_RANGE = {
  reason: "DesiredWithinRange",
  message: "the desired count is within the acceptable range",
};

export function limitReplicas(
  spec: HorizontalPodAutoscaler["spec"],
  sizes: Sizes,
  history: History,
  now: number,
): Limited {
  const { behavior } = spec;
  const stable = behavior ? stableByRules(behavior, sizes, history, now) : stablePlainly(sizes, history, now);
  const rising = behavior !== undefined && sizes.desired >= sizes.current;
  const able = stable === sizes.desired ? READY : rising ? LOWEST : HIGHEST;
  const bounded = behavior
    ? byRules({ ...sizes, desired: stable }, { up: behavior.scaleUp, down: behavior.scaleDown, history, now })
    : boundedByDefault(sizes, stable);
  return {
    replicas: bounded.replicas,
    able,
    limited: { status: bounded.replicas === stable ? "False" : "True", ...bounded.why },
  };
}

/** Without a `behavior`, only scaling down is stabilized. */
const stablePlainly = ({ desired }: Sizes, history: History, now: number): number =>
  Math.max(desired, ...recommendedWithin(DOWNSCALE_S, history, now));

/** The size is kept while it lies between the lowest and the highest of recent recommendations. */
function stableByRules(
  { scaleUp, scaleDown }: NonNullable<HorizontalPodAutoscaler["spec"]["behavior"]>,
  { current, desired }: Sizes,
  history: History,
  now: number,
): number {
  const lowest = recommendedWithin(scaleUp?.stabilizationWindowSeconds ?? 0, history, now);
  const highest = recommendedWithin(scaleDown?.stabilizationWindowSeconds ?? DOWNSCALE_S, history, now);
  return Math.min(Math.max(current, Math.min(desired, ...lowest)), Math.max(desired, ...highest));
}

const recommendedWithin = (seconds: number, { recommendations }: History, now: number): number[] =>
  recommendations.filter(({ at }) => at > now - seconds * 1000).map(({ replicas }) => replicas);

type Bounded = { readonly replicas: number; readonly why: { readonly reason: string; readonly message: string } };

function boundedByDefault({ current, min, max }: Sizes, desired: number): Bounded {
  const limit = Math.max(2 * current, 4);
  const most = Math.min(max, limit);
  if (desired < min) return { replicas: min, why: TOO_FEW };
  if (desired > most) return { replicas: most, why: max > limit ? TOO_FAST : TOO_MANY };
  return { replicas: desired, why: IN_RANGE };
}

interface RuleFacts {
  readonly up: HPAScalingRules | undefined;
  readonly down: HPAScalingRules | undefined;
  readonly history: History;
  readonly now: number;
}

function byRules({ current, desired, min, max }: Sizes, { up, down, history, now }: RuleFacts): Bounded {
  /** The size at the beginning of the period. */
  const before = (seconds: number) =>
    history.changes.filter(({ at }) => at > now - seconds * 1000).reduce((size, { by }) => size - by, current);
  if (desired > current) {
    const limit = Math.max(current, mostBy(up, current, before));
    const most = Math.min(max, limit);
    return desired > most
      ? { replicas: most, why: max > limit ? TOO_FAST : TOO_MANY }
      : { replicas: desired, why: IN_RANGE };
  }
  if (desired < current) {
    const limit = Math.min(current, leastBy(down, current, before));
    const least = Math.max(min, limit);
    return desired < least
      ? { replicas: least, why: min < limit ? TOO_FAST_DOWN : TOO_FEW }
      : { replicas: desired, why: IN_RANGE };
  }
  return { replicas: desired, why: IN_RANGE };
}

type Policies = NonNullable<HPAScalingRules["policies"]>;
const UP: Policies = [
  { type: "Pods", value: 4, periodSeconds: 15 },
  { type: "Percent", value: 100, periodSeconds: 15 },
];
const DOWN: Policies = [{ type: "Percent", value: 100, periodSeconds: 15 }];

function mostBy(rules: HPAScalingRules | undefined, current: number, before: (seconds: number) => number): number {
  const { selectPolicy = "Max", policies = UP } = rules ?? {};
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = before(periodSeconds);
    return type === "Pods" ? start + value : Math.ceil(start * (1 + value / 100));
  });
  return selectPolicy === "Min" ? Math.min(...proposals) : Math.max(...proposals);
}

function leastBy(rules: HPAScalingRules | undefined, current: number, before: (seconds: number) => number): number {
  const { selectPolicy = "Max", policies = DOWN } = rules ?? {};
  if (selectPolicy === "Disabled") return current;
  const proposals = policies.map(({ type, value, periodSeconds }) => {
    const start = before(periodSeconds);
    return type === "Pods" ? start - value : Math.trunc(start * (1 - value / 100));
  });
  return selectPolicy === "Min" ? Math.max(...proposals) : Math.min(...proposals);
}

/** Updates the history, and drops recommendations that no window reaches. */
export function updatedHistory(
  { behavior }: HorizontalPodAutoscaler["spec"],
  { recommendations, changes }: History,
  { recommended, changedBy }: { readonly recommended?: number; readonly changedBy?: number },
  now: number,
): History {
  const { scaleUp, scaleDown } = behavior ?? {};
  const windows = [scaleUp?.stabilizationWindowSeconds ?? 0, scaleDown?.stabilizationWindowSeconds ?? DOWNSCALE_S];
  const since = now - Math.max(...windows) * 1000;
  return {
    recommendations: [
      ...recommendations.filter(({ at }) => at > since),
      ...(recommended === undefined ? [] : [{ replicas: recommended, at: now }]),
    ],
    changes: changedBy ? withChange(changes, { by: changedBy, at: now }, behavior) : changes,
  };
}

/**
 * The last of the changes in the same direction that no policy of that direction reaches is replaced, although policies
 * of the other direction may reach it: as in Kubernetes, which reuses its place.
 */
function withChange(
  changes: History["changes"],
  change: History["changes"][number],
  behavior: HorizontalPodAutoscaler["spec"]["behavior"],
): History["changes"] {
  const isUp = change.by > 0;
  const { policies = isUp ? UP : DOWN } = (isUp ? behavior?.scaleUp : behavior?.scaleDown) ?? {};
  const reached = change.at - Math.max(...policies.map(({ periodSeconds }) => periodSeconds)) * 1000;
  const place = changes.findLastIndex(({ by, at }) => by > 0 === isUp && at <= reached);
  return changes.toSpliced(place < 0 ? changes.length : place, 1, change);
}

/** The last change was refused. It need not be at the end, as it may have taken another's place. */
export function withoutLastChange({ recommendations, changes }: History): History {
  const last = Math.max(...changes.map(({ at }) => at));
  return { recommendations, changes: changes.filter(({ at }) => at < last) };
}
