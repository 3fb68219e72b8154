/**
 * Which pod to evict under resource pressure, ranked like the kubelet: first those that exceed their requests, then by
 * priority, then by how much they exceed them. Pure.
 */

import type { Pod, Taint } from "../../api/generated/core.v1.ts";
import { toleratesAny } from "../../api/machinery/selectors/tolerations.ts";
import { formatDuration } from "../../api/machinery/time/duration.ts";
import { initContainersOf } from "../pod-spec/containers.ts";
import { graceOf } from "../pod-spec/grace.ts";
import { podAmounts } from "../pod-spec/pod-amounts.ts";
import { nanosOf } from "../pod-spec/qos.ts";
import { isMirror, isStatic } from "../static-pods/mirror.ts";
import { printAmount, RESOURCE_OF, type Shortage, type Threshold } from "./thresholds.ts";

/** A pod's usage of a resource. */
export interface PodUse {
  /** By container name, for messages. */
  readonly containers: ReadonlyMap<string, number>;
  /** What its end would give back. */
  readonly total: number;
}
export type UseOf = (pod: Pod) => PodUse;

const CRITICAL_PRIORITY = 2_000_000_000;

export const isCritical = (pod: Pod): boolean =>
  (pod.spec.priority ?? 0) >= CRITICAL_PRIORITY || isMirror(pod) || isStatic(pod);

export function chooseVictim(pods: readonly Pod[], { threshold }: Shortage, useOf: UseOf): Pod | undefined {
  const resource = RESOURCE_OF[threshold.signal];
  const ranked = pods
    .filter((pod) => !isCritical(pod))
    .map((pod) => {
      const requested = Number((podAmounts(pod, "requests").get(resource) ?? 0n) / 1_000_000_000n);
      return { pod, excess: useOf(pod).total - requested, priority: pod.spec.priority ?? 0 };
    })
    .sort((a, b) => Number(b.excess > 0) - Number(a.excess > 0) || a.priority - b.priority || b.excess - a.excess);
  return ranked[0]?.pod;
}

/** Why a pod is evicted, in the kubelet's words. */
export interface Eviction {
  readonly graceSeconds: number;
  /** In the pod's status, and its event. */
  readonly message: string;
  /** Of the event, for programs (pkg/kubelet/eviction/helpers.go). */
  readonly annotations: Readonly<Record<string, string>>;
}

export function evictionOf(
  pod: Pod,
  { threshold, available, limit }: Shortage,
  useOf: UseOf,
): Omit<Eviction, "graceSeconds"> {
  const resource = RESOURCE_OF[threshold.signal];
  const head = `The node was low on resource: ${resource}. Threshold quantity: ${printAmount(limit)}, available: ${printAmount(available)}. `;
  const { containers: use } = useOf(pod);
  const offending = [...pod.spec.containers, ...initContainersOf(pod)].flatMap(({ name, resources }) => {
    const used = use.get(name) ?? 0;
    const request = nanosOf(resources?.requests?.[resource]) / 1_000_000_000n;
    const requested = resources?.requests?.[resource] ?? "0";
    return used > Number(request) ? [{ name, usage: printAmount(used), requested }] : [];
  });
  const excess = offending.map(
    ({ name, usage, requested }) =>
      `Container ${name} was using ${usage}, request is ${requested}, has larger consumption of ${resource}. `,
  );
  return {
    message: head + excess.join(""),
    annotations: {
      starved_resource: resource,
      offending_containers: offending.map(({ name }) => name).join(),
      offending_containers_usage: offending.map(({ usage }) => usage).join(),
    },
  };
}

/** Seconds: a node below a hard threshold cannot wait. */
const HARD_GRACE = 1;

/** How long a pod has to end (s). `max` is the most for soft thresholds; 0: the pod's own grace period. */
export function evictionGrace(pod: Pod, { graceMs }: Threshold, max: number): number {
  if (graceMs === 0) return HARD_GRACE;
  return max === 0 ? graceOf(pod) : Math.min(max, graceOf(pod));
}

/** The shortage as the user who started the node reads it. */
export function warningOf({ threshold: { signal, graceMs }, available, limit }: Shortage): string {
  const [when, option] = graceMs === 0 ? ["", "hard"] : [` after ${formatDuration(graceMs)}`, "soft"];
  return `short of ${RESOURCE_OF[signal]}: ${signal} is ${printAmount(available)}, and pods are ended below ${printAmount(limit)}${when} (--eviction-${option})`;
}

const MEMORY_PRESSURE: Taint = { key: "node.kubernetes.io/memory-pressure", effect: "NoSchedule" };

/** Why a pod may not start while the node is under pressure; undefined: it may. */
export function whyNotUnder(pressures: ReadonlySet<string>, pod: Pod, qos: string): string | undefined {
  if (pressures.size === 0 || isCritical(pod)) return undefined;
  const onlyMemory = pressures.size === 1 && pressures.has("MemoryPressure");
  if (onlyMemory && (qos !== "BestEffort" || toleratesAny(pod.spec.tolerations ?? [], MEMORY_PRESSURE)))
    return undefined;
  return `The node had condition: [${[...pressures].join(" ")}]. `;
}
