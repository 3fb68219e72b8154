/** Amounts of resources as the scheduler counts them: processors in thousandths, all else in whole units, as plain numbers. */
import type { PodSpec } from "../../api/generated/core.v1.ts";
import { milliUnits, type Quantity, quantityOf, wholeUnits } from "../../api/machinery/quantity.ts";
import { podRequests } from "../../api/resources/core/pod/pod-requests.ts";

export interface Amounts {
  /** Thousandths of a processor. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly ephemeralStorage: number;
  /** Extended resources, huge pages and attachable volumes by name. */
  readonly scalars: ReadonlyMap<string, number>;
}

export const NO_SCALARS: ReadonlyMap<string, number> = new Map();
export const NOTHING: Amounts = { cpu: 0, memory: 0, ephemeralStorage: 0, scalars: NO_SCALARS };

/** What scores count for a container that asks for nothing, so that such pods spread too. */
const UNSAID = { cpu: "100m", memory: "200Mi" };

const REMEMBERED = 4096;
const remembered = new Map<string, number>();

/** A quantity's text as a number; nothing and what does not parse count as zero. */
export function amountOf(resource: string, text: string | number | undefined): number {
  if (text === undefined) return 0;
  const key = `${resource === "cpu" ? "m" : ""}${text}`;
  let amount = remembered.get(key);
  if (amount === undefined) {
    amount = unitsOf(resource, quantityOf(text));
    if (remembered.size >= REMEMBERED) remembered.clear();
    remembered.set(key, amount);
  }
  return amount;
}

const unitsOf = (resource: string, quantity: Quantity): number =>
  Number(resource === "cpu" ? milliUnits(quantity) : wholeUnits(quantity));

/** A resource list, such as a node's allocatable; `pods` is not among the answer's scalars. */
export function amountsOf(list: Readonly<Record<string, string | number>> | undefined): Amounts {
  return collect(list, (resource) => amountOf(resource, list?.[resource]));
}

/** What the pod asks for in all. */
export function requestsOf(spec: PodSpec): Amounts {
  const total = podRequests(spec);
  return collect(total, (resource) => unitsOf(resource, total[resource] ?? quantityOf(undefined)));
}

/** Processors and memory that scores count with. */
export function scoredRequestsOf(spec: PodSpec, requests: Amounts): { cpu: number; memory: number } {
  const silent = [...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(
    ({ resources }) => resources?.requests?.cpu === undefined || resources.requests.memory === undefined,
  );
  if (!silent) return requests;
  const speaking = <T extends { resources?: { requests?: Record<string, string | number> } }>(container: T): T => ({
    ...container,
    resources: { ...container.resources, requests: { ...UNSAID, ...container.resources?.requests } },
  });
  const total = podRequests({
    ...spec,
    containers: spec.containers.map(speaking),
    ...(spec.initContainers ? { initContainers: spec.initContainers.map(speaking) } : {}),
  });
  return {
    cpu: unitsOf("cpu", total.cpu ?? quantityOf(undefined)),
    memory: unitsOf("memory", total.memory ?? quantityOf(undefined)),
  };
}

function collect(list: Readonly<Record<string, unknown>> | undefined, of: (resource: string) => number): Amounts {
  let scalars: Map<string, number> | undefined;
  for (const resource in list) {
    if (resource === "cpu" || resource === "memory" || resource === "ephemeral-storage" || resource === "pods")
      continue;
    scalars ??= new Map();
    scalars.set(resource, of(resource));
  }
  const known = (resource: string) => (list && resource in list ? of(resource) : 0);
  return {
    cpu: known("cpu"),
    memory: known("memory"),
    ephemeralStorage: known("ephemeral-storage"),
    scalars: scalars ?? NO_SCALARS,
  };
}
