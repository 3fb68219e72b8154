/** A container's Linux limits from its requests and limits, by the kubelet's arithmetic. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { ContainerResources } from "../runtime/container.ts";
import { isSidecar } from "./containers.ts";
import { podAmounts } from "./pod-amounts.ts";
import { nanosOf, qosOf } from "./qos.ts";

const CPU_PERIOD = 100_000;
const SHARES_PER_CPU = 1024;
const FEWEST_SHARES = 2;
const MAX_SHARES = 262_144;
const SMALLEST_QUOTA = 1000;

const milliOf = (nanos: bigint): number => Number((nanos + 999_999n) / 1_000_000n);
const wholeOf = (nanos: bigint): number => Number(nanos / 1_000_000_000n);
const milli = (quantity: string | number | undefined): number => milliOf(nanosOf(quantity));
const whole = (quantity: string | number | undefined): number => wholeOf(nanosOf(quantity));

const LAST_OF_ALL = -997;
const FIRST_OF_ALL = 1000;
const NODE_CRITICAL = "system-node-critical";

const memoryRequested = ({ resources }: Pick<Container, "resources">): number => whole(resources?.requests?.memory);

/** Per container, the pod-level request in excess of its containers' requests. */
function sharedMemory({ spec }: Pod): number {
  const all = [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers];
  const left = whole(spec.resources?.requests?.memory) - all.reduce((sum, each) => sum + memoryRequested(each), 0);
  return Math.floor(Math.max(0, left) / all.length);
}

/** How early the kernel kills it when memory runs out: guaranteed pods last, pods without requests first. */
function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  if (pod.spec.priorityClassName === NODE_CRITICAL) return LAST_OF_ALL;
  const qos = qosOf(pod);
  if (qos === "Guaranteed") return LAST_OF_ALL;
  if (qos === "BestEffort") return FIRST_OF_ALL;
  const shared = sharedMemory(pod);
  const scoreOf = (requested: number) => 1000 - Math.floor((1000 * (requested + shared)) / Math.max(memoryCapacity, 1));
  const own = scoreOf(memoryRequested(container));
  const isOfInit = pod.spec.initContainers?.some(({ name }) => name === container.name) === true;
  // A sidecar is never killed before the containers that it serves.
  const first = isOfInit && isSidecar(container) ? scoreOf(Math.min(...pod.spec.containers.map(memoryRequested))) : own;
  return Math.min(Math.max(Math.min(own, first), FIRST_OF_ALL + LAST_OF_ALL), FIRST_OF_ALL - 1);
}

const sharesOf = (cpuMillis: number): number =>
  Math.min(MAX_SHARES, Math.max(FEWEST_SHARES, Math.floor((cpuMillis * SHARES_PER_CPU) / 1000)));
const quotaOf = (cpuMillis: number): number =>
  cpuMillis === 0 ? 0 : Math.max(SMALLEST_QUOTA, (cpuMillis * CPU_PERIOD) / 1000);

export function containerResources(pod: Pod, container: Container, memoryCapacity: number): ContainerResources {
  const { requests, limits } = container.resources ?? {};
  // A container without a limit gets its pod's: programs look at their own cgroup for it.
  const ofPod = pod.spec.resources?.limits;
  const cpuLimit = milli(limits?.cpu) || milli(ofPod?.cpu);
  const cpuRequest = milli(requests?.cpu) || cpuLimit;
  return {
    cpuShares: sharesOf(cpuRequest),
    cpuQuota: quotaOf(cpuLimit),
    cpuPeriod: CPU_PERIOD,
    memoryLimit: whole(limits?.memory) || whole(ofPod?.memory),
    oomScoreAdj: oomScore(pod, container, memoryCapacity),
    hugePages: hugePagesOf(limits),
  };
}

const HUGE_PAGES = "hugepages-";

const hugePagesOf = (limits: Readonly<Record<string, string | number>> = {}): ReadonlyMap<number, number> =>
  new Map(
    Object.entries(limits)
      .filter(([name]) => name.startsWith(HUGE_PAGES))
      .map(([name, quantity]) => [whole(name.slice(HUGE_PAGES.length)), whole(quantity)]),
  );

export type PodLimits = Omit<ContainerResources, "oomScoreAdj" | "hugePages">;

/** The limits of a pod's containers together: present only if every container has one, or the pod itself. */
export function podLimits(pod: Pod): PodLimits {
  const requests = podAmounts(pod, "requests");
  const limits = podAmounts(pod, "limits");
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const limited = (resource: "cpu" | "memory") =>
    nanosOf(pod.spec.resources?.limits?.[resource]) > 0n ||
    all.every(({ resources }) => nanosOf(resources?.limits?.[resource]) > 0n);
  return {
    cpuShares: sharesOf(milliOf(requests.get("cpu") ?? 0n)),
    cpuQuota: limited("cpu") ? quotaOf(milliOf(limits.get("cpu") ?? 0n)) : 0,
    cpuPeriod: CPU_PERIOD,
    memoryLimit: limited("memory") ? wholeOf(limits.get("memory") ?? 0n) : 0,
  };
}
