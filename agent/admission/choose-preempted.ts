/**
 * Which pods to preempt for one that must run on this node, chosen like the kubelet: those with the least claim to
 * stay, as few as suffice, and among those the smallest. Pure.
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { podAmounts } from "../pod-spec/pod-amounts.ts";
import { qosOf } from "../pod-spec/qos.ts";
import { isCritical } from "../pressure/choose-victim.ts";
import type { Lack } from "./predicates.ts";

const POD = 1_000_000_000n;

const requestOf = (pod: Pod, resource: string): bigint =>
  resource === "pods" ? POD : (podAmounts(pod, "requests").get(resource) ?? 0n);

const remainingLacks = (lacks: readonly Lack[], pods: readonly Pod[]): Lack[] =>
  lacks.flatMap(({ resource, nanos }) => {
    const left = pods.reduce((sum, pod) => sum - requestOf(pod, resource), nanos);
    return left > 0n ? [{ resource, nanos: left }] : [];
  });

/** How much of what is missing would still be missing, with equal weights for all resources. */
const distance = (lacks: readonly Lack[], pod: Pod): number =>
  lacks.reduce((sum, { resource, nanos }) => {
    const left = Number(nanos - requestOf(pod, resource)) / Number(nanos);
    return left > 0 ? sum + left ** 2 : sum;
  }, 0);

function bySize(a: Pod, b: Pod): number {
  for (const resource of ["memory", "cpu"]) {
    const difference = requestOf(a, resource) - requestOf(b, resource);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** Enough of the pods, or all. */
function chooseNearest(pods: readonly Pod[], lacks: readonly Lack[]): Pod[] {
  const chosen: Pod[] = [];
  for (let left = [...lacks]; left.length > 0; left = remainingLacks(lacks, chosen)) {
    const [best] = pods
      .filter((pod) => !chosen.includes(pod))
      .sort((a, b) => distance(left, a) - distance(left, b) || bySize(a, b));
    if (best === undefined) break;
    chosen.push(best);
  }
  return chosen;
}

const mayPreempt = (preemptor: Pod, pod: Pod): boolean =>
  (isCritical(preemptor) && !isCritical(pod)) || (preemptor.spec.priority ?? 0) > (pod.spec.priority ?? 0);

export type Preemption =
  | { readonly ok: true; readonly pods: readonly Pod[] }
  /** What would still be missing if all candidates were removed. */
  | { readonly ok: false; readonly missing: readonly Lack[] };

export function choosePreempted(preemptor: Pod, pods: readonly Pod[], lacks: readonly Lack[]): Preemption {
  const may = pods.filter((pod) => mayPreempt(preemptor, pod));
  const missing = remainingLacks(lacks, may);
  if (missing.length > 0) return { ok: false, missing };
  const of = (qos: string) => may.filter((pod) => qosOf(pod) === qos);
  const [bestEffort, burstable] = [of("BestEffort"), of("Burstable")];
  const last = chooseNearest(of("Guaranteed"), remainingLacks(lacks, [...bestEffort, ...burstable]));
  const middle = chooseNearest(burstable, remainingLacks(lacks, [...bestEffort, ...last]));
  const first = chooseNearest(bestEffort, remainingLacks(lacks, [...middle, ...last]));
  return { ok: true, pods: [...first, ...middle, ...last] };
}

export const printLacks = (lacks: readonly Lack[]): string =>
  `[${lacks
    .map(({ resource, nanos }) => `(res: ${resource}, q: ${nanos / (resource === "cpu" ? 1_000_000n : POD)}), `)
    .join("")}]`;
