/** Questions that controllers ask about a pod. */
import { compareTexts } from "../../../api/compare-texts.ts";
import type { ContainerStatus, Pod } from "../../../api/generated/core.v1.ts";
import { timeOf } from "../time.ts";

export const isTerminated = (pod: Pod): boolean => pod.status.phase === "Succeeded" || pod.status.phase === "Failed";

/** Neither ended nor terminating: counts as a replica. */
export const isActive = (pod: Pod): boolean => !isTerminated(pod) && !pod.metadata.deletionTimestamp;

export const podCondition = (pod: Pod, type: string) => pod.status.conditions?.find((each) => each.type === type);

export const isReady = (pod: Pod): boolean => podCondition(pod, "Ready")?.status === "True";

/** When the pod has been, or will have been, ready for `minReadySeconds` (ms); undefined while it is not ready. */
function availableAt(pod: Pod, minReadySeconds: number): number | undefined {
  if (!isReady(pod)) return undefined;
  if (minReadySeconds === 0) return 0;
  const since = timeOf(podCondition(pod, "Ready")?.lastTransitionTime);
  return since === undefined ? undefined : since + minReadySeconds * 1000;
}

export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
  const at = availableAt(pod, minReadySeconds);
  return at !== undefined && at <= now;
}

/** When the next of these pods becomes available if nothing else changes. */
export function nextAvailability(pods: readonly Pod[], minReadySeconds: number, now: number): number | undefined {
  const times = pods.map((pod) => availableAt(pod, minReadySeconds)).filter((at) => at !== undefined && at > now);
  return times.length === 0 ? undefined : Math.min(...(times as number[]));
}

type Order = (a: Pod, b: Pod) => number;

const inOrder =
  (steps: readonly Order[]): Order =>
  (a, b) => {
    for (const step of steps) {
      const order = step(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };

const phaseRank: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };

/** Pods that do not work yet come first. */
const byProgress: readonly Order[] = [
  (a, b) => Number(!!a.spec.nodeName) - Number(!!b.spec.nodeName),
  (a, b) => (phaseRank[a.status.phase ?? ""] ?? 0) - (phaseRank[b.status.phase ?? ""] ?? 0),
  (a, b) => Number(isReady(a)) - Number(isReady(b)),
];

/** The most often that one of its containers, or then of its sidecars, was restarted. */
const mostRestarts = (statuses: readonly ContainerStatus[] = []) =>
  Math.max(0, ...statuses.map(({ restartCount }) => restartCount ?? 0));
function sidecarsOf({ spec, status }: Pod): readonly ContainerStatus[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return (status.initContainerStatuses ?? []).filter((each) => sidecars.some(({ name }) => name === each.name));
}
const byRestarts: readonly Order[] = [
  (a, b) => mostRestarts(b.status.containerStatuses) - mostRestarts(a.status.containerStatuses),
  (a, b) => mostRestarts(sidecarsOf(b)) - mostRestarts(sidecarsOf(a)),
];

const readySince = (pod: Pod) => (isReady(pod) ? podCondition(pod, "Ready")?.lastTransitionTime : undefined);
const createdAt = ({ metadata }: Pod) => metadata.creationTimestamp;
const byUid: Order = (a, b) => compareTexts(a.metadata.uid ?? "", b.metadata.uid ?? "");

const youngerFirst =
  (of: (pod: Pod) => string | undefined): Order =>
  (a, b) =>
    (timeOf(of(b)) ?? Number.MAX_SAFE_INTEGER) - (timeOf(of(a)) ?? Number.MAX_SAFE_INTEGER);

/** Kubernetes' ActivePods: the pods of a Job that are cheapest to lose come first, and of equals the youngest. */
export const leastWorthKeeping: Order = inOrder([
  ...byProgress,
  youngerFirst(readySince),
  ...byRestarts,
  youngerFirst(createdAt),
]);

/**
 * Kubernetes' ActivePodsWithRanks: the pods of a replica set that are cheapest to lose come first. `rank` counts related
 * pods on the pod's node, so that one of several on a node goes before a single one.
 */
export function byDeletionOrder(now: number, rank: (pod: Pod) => number): Order {
  const deletionCost = (pod: Pod) => {
    const cost = Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0);
    return Number.isInteger(cost) ? cost : 0;
  };
  /** Kubernetes compares ages on a logarithmic scale, so that pods of about the same age count as equal. */
  const logAge = (text: string | undefined) => {
    const since = timeOf(text);
    return since === undefined || since >= now ? 0 : Math.floor(Math.log2(Math.max(1, (now - since) * 1e6)));
  };
  /** Younger first; if about equally old, by uid. */
  const byAge =
    (of: (pod: Pod) => string | undefined): Order =>
    (a, b) =>
      of(a) === of(b) ? 0 : logAge(of(a)) - logAge(of(b)) || byUid(a, b);
  return inOrder([
    ...byProgress,
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => rank(b) - rank(a),
    byAge(readySince),
    ...byRestarts,
    byAge(createdAt),
    byUid,
  ]);
}
