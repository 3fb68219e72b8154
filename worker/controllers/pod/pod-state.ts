/** Questions that controllers ask about a pod. */
import type { Pod } from "../../../api/generated/core.v1.ts";
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

const phaseRank: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 };
const restartsOf = (pod: Pod) =>
  Math.max(0, ...(pod.status.containerStatuses ?? []).map(({ restartCount }) => restartCount ?? 0));

/**
 * Kubernetes' ActivePodsWithRanks: the pods cheapest to lose come first. `rank` counts related pods on the pod's node,
 * so that one of several on a node goes before a single one.
 */
export function byDeletionOrder(now: number, rank: (pod: Pod) => number) {
  const deletionCost = (pod: Pod) => {
    const cost = Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0);
    return Number.isInteger(cost) ? cost : 0;
  };
  /** Kubernetes compares ages on a logarithmic scale, so that pods of about the same age count as equal. */
  const logAge = (text: string | undefined) => {
    const since = timeOf(text);
    return since === undefined || since >= now ? 0 : Math.floor(Math.log2(Math.max(1, (now - since) * 1e6)));
  };
  const readySince = (pod: Pod) => podCondition(pod, "Ready")?.lastTransitionTime;
  const byUid = (a: Pod, b: Pod) => ((a.metadata.uid ?? "") < (b.metadata.uid ?? "") ? -1 : 1);
  /** Younger first; if about equally old, by uid. */
  const byAge = (of: (pod: Pod) => string | undefined) => (a: Pod, b: Pod) =>
    of(a) === of(b) ? 0 : logAge(of(a)) - logAge(of(b)) || byUid(a, b);
  const steps: ((a: Pod, b: Pod) => number)[] = [
    (a, b) => Number(!!a.spec.nodeName) - Number(!!b.spec.nodeName),
    (a, b) => (phaseRank[a.status.phase ?? ""] ?? 0) - (phaseRank[b.status.phase ?? ""] ?? 0),
    (a, b) => Number(isReady(a)) - Number(isReady(b)),
    (a, b) => deletionCost(a) - deletionCost(b),
    (a, b) => rank(b) - rank(a),
    (a, b) => (isReady(a) && isReady(b) ? byAge(readySince)(a, b) : 0),
    (a, b) => restartsOf(b) - restartsOf(a),
    byAge(({ metadata }) => metadata.creationTimestamp),
    byUid,
  ];
  return (a: Pod, b: Pod): number => {
    for (const step of steps) {
      const order = step(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}
