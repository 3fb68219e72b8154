/** Linux limits of a container from its requests and limits, by the kubelet's arithmetic. */
import type { Container, Pod } from "../../api/generated/core.v1.ts";
import type { ContainerResources } from "../runtime/runtime.ts";
import { nanosOf, qosOf } from "./qos.ts";

const CPU_PERIOD = 100_000;
const SHARES_PER_CPU = 1024;
const FEWEST_SHARES = 2;
const SMALLEST_QUOTA = 1000;

const milli = (quantity: string | number | undefined): number => Number((nanosOf(quantity) + 999_999n) / 1_000_000n);
const whole = (quantity: string | number | undefined): number => Number(nanosOf(quantity) / 1_000_000_000n);

/** How early the kernel kills it when memory runs out: guaranteed pods last, pods that asked for nothing first. */
function oomScore(pod: Pod, container: Container, memoryCapacity: number): number {
  const qos = qosOf(pod);
  if (qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const request = whole(container.resources?.requests?.memory);
  const score = 1000 - Math.floor((1000 * request) / Math.max(memoryCapacity, 1));
  return score < 3 ? 3 : Math.min(score, 999);
}

export function containerResources(pod: Pod, container: Container, memoryCapacity: number): ContainerResources {
  const { requests, limits } = container.resources ?? {};
  const cpuLimit = milli(limits?.cpu);
  const cpuRequest = requests?.cpu === undefined ? cpuLimit : milli(requests.cpu);
  return {
    cpuShares: Math.max(FEWEST_SHARES, Math.floor((cpuRequest * SHARES_PER_CPU) / 1000)),
    cpuQuota: cpuLimit === 0 ? 0 : Math.max(SMALLEST_QUOTA, (cpuLimit * CPU_PERIOD) / 1000),
    cpuPeriod: CPU_PERIOD,
    memoryLimit: whole(limits?.memory),
    oomScoreAdj: oomScore(pod, container, memoryCapacity),
  };
}
