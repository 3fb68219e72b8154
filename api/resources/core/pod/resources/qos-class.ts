import type { PodSpec } from "../../../../generated/core.v1.ts";
import { compareQuantities, signOfQuantity } from "../../../../machinery/quantity.ts";
import type { ResourceList } from "../../resource-list.ts";

const COUNTED = ["cpu", "memory"] as const;

/** By CPU and memory: Guaranteed if every container's requests equal its limits, BestEffort if there are none. */
export function qosClassOf({ containers = [], initContainers = [], resources }: PodSpec): string {
  const owners = resources ? [{ resources }] : [...containers, ...initContainers];
  let hasRequests = false;
  let guaranteed = true;
  const totals = { requests: new Set<string>(), limits: new Set<string>() };
  for (const { resources: own } of owners) {
    for (const kind of ["requests", "limits"] as const)
      for (const name of COUNTED)
        if (signOfQuantity(own?.[kind]?.[name]) > 0) {
          hasRequests = true;
          totals[kind].add(name);
        }
    guaranteed &&= COUNTED.every((name) => signOfQuantity(own?.limits?.[name]) > 0 && equal(own, name));
  }
  if (!hasRequests) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** Only pods have requests defaulted from limits, so an absent request here is zero. */
const equal = (own: { limits?: ResourceList; requests?: ResourceList } | undefined, name: string) =>
  compareQuantities(own?.requests?.[name], own?.limits?.[name]) === 0;
