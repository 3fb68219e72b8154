/**
 * Amounts of resources as the scheduler counts them: CPU in thousandths, everything else in whole units, as plain
 * numbers.
 */
import type { Container, Pod } from "../../../api/generated/core.v1.ts";
import { milliUnits, quantityOf, wholeUnits } from "../../../api/machinery/quantity.ts";
import {
  type ResourceList,
  whileResized,
  wholeWhileResized,
} from "../../../api/resources/core/pod/resources/resizing.ts";

export interface Amounts {
  /** Thousandths of a CPU. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources, huge pages and attachable volumes by name. */
  readonly scalars: ReadonlyMap<string, number>;
}

type Sums = Record<string, number>;

const NO_SCALARS: ReadonlyMap<string, number> = new Map();

/**
 * What scoring assumes for a container without requests, so that such pods are spread, too. A pod with requests of its
 * own needs it only for what neither it nor any of its containers requests.
 */
const UNSAID: ResourceList = { cpu: "100m", memory: "200Mi" };

const REMEMBERED = 4096;
const remembered = new Map<string, number>();

/** A quantity's text as a number; absent and invalid ones count as zero. */
export function amountOf(resource: string, text: string | number | undefined): number {
  if (text === undefined) return 0;
  const key = resource === "cpu" ? `cpu ${text}` : `${text}`;
  let amount = remembered.get(key);
  if (amount === undefined) {
    const quantity = quantityOf(text);
    amount = Number(resource === "cpu" ? milliUnits(quantity) : wholeUnits(quantity));
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(key, amount);
  }
  return amount;
}

/** A resource list, such as a node's allocatable; `pods` is not among the scalars of the result. */
export function amountsOf(list: ResourceList | undefined): Amounts {
  const sums: Sums = {};
  addList(sums, list);
  return collect(sums);
}

/** The pod's total requests: pod-level amounts take precedence over those of containers, plus the overhead. */
export const requestsOf = (pod: Pod): Amounts => collect(podSums(pod, whileResized(pod, "requests")));

/** CPU and memory that scoring counts with. */
export function scoredRequestsOf(pod: Pod): { readonly cpu: number; readonly memory: number } {
  const own = whileResized(pod, "requests");
  const said = pod.spec.resources?.requests ? podSums(pod, own) : {};
  const unsaid = Object.fromEntries(Object.entries(UNSAID).filter(([name]) => said[name] === undefined));
  const { cpu = 0, memory = 0 } = podSums(pod, (container) => ({ ...unsaid, ...own(container) }));
  return { cpu, memory };
}

/**
 * Main containers and sidecars run at the same time, and each init container beside the sidecars before it
 * (k8s.io/component-helpers/resource).
 */
function podSums(pod: Pod, requestsOf: (container: Container) => ResourceList | undefined): Sums {
  const { spec } = pod;
  const total: Sums = {};
  for (const container of spec.containers ?? []) addList(total, requestsOf(container));
  if (spec.initContainers?.length) {
    const sidecars: Sums = {};
    const initial: Sums = {};
    for (const container of spec.initContainers) {
      const own = requestsOf(container);
      let needed = sidecars;
      if (container.restartPolicy === "Always") {
        addList(total, own);
        addList(sidecars, own);
      } else {
        needed = { ...sidecars };
        addList(needed, own);
      }
      for (const name in needed) initial[name] = Math.max(initial[name] ?? 0, needed[name] ?? 0);
    }
    for (const name in initial) total[name] = Math.max(total[name] ?? 0, initial[name] ?? 0);
  }
  const whole = wholeWhileResized(pod);
  for (const name in whole) total[name] = amountOf(name, whole[name]);
  addList(total, spec.overhead);
  return total;
}

function addList(sums: Sums, list: ResourceList | undefined): void {
  for (const name in list) sums[name] = (sums[name] ?? 0) + amountOf(name, list[name]);
}

function collect({ cpu = 0, memory = 0, "ephemeral-storage": ephemeralStorage = 0, pods: _, ...rest }: Sums): Amounts {
  const scalars = Object.entries(rest);
  return { cpu, memory, ephemeralStorage, scalars: scalars.length > 0 ? new Map(scalars) : NO_SCALARS };
}
