/** The total requests and limits of a pod's containers (k8s.io/component-helpers/resource). */
import type { Container, PodSpec } from "../../../../generated/core.v1.ts";
import { addQuantities, type Quantity, quantityOf } from "../../../../machinery/quantity.ts";

export type Amounts = Record<string, Quantity>;

const isSidecar = ({ restartPolicy }: Container) => restartPolicy === "Always";

/** Main containers and sidecars run at the same time, and each init container beside the sidecars before it. */
function aggregate(spec: PodSpec, kind: "requests" | "limits"): Amounts {
  const total: Amounts = {};
  for (const { resources } of spec.containers ?? []) addList(total, resources?.[kind]);
  if (!spec.initContainers?.length) return total;
  const sidecars: Amounts = {};
  const initial: Amounts = {};
  for (const container of spec.initContainers) {
    const own = container.resources?.[kind];
    let needed: Amounts = {};
    if (isSidecar(container)) {
      addList(total, own);
      addList(sidecars, own);
      needed = sidecars;
    } else {
      addList(needed, own);
      for (const name in sidecars) needed[name] = add(needed[name], sidecars[name]);
    }
    for (const name in needed) initial[name] = larger(initial[name], needed[name]);
  }
  for (const name in initial) total[name] = larger(total[name], initial[name]);
  return total;
}

export const aggregateRequests = (spec: PodSpec): Amounts => aggregate(spec, "requests");
export const aggregateLimits = (spec: PodSpec): Amounts => aggregate(spec, "limits");

const ZERO: Quantity = { nanos: 0n, format: "DecimalSI" };
const add = (left = ZERO, right = ZERO) => addQuantities(left, right);
const larger = (left = ZERO, right = ZERO) => (right.nanos > left.nanos ? right : left);

function addList(total: Amounts, list: Readonly<Record<string, string | number>> | undefined): void {
  for (const name in list) total[name] = add(total[name], quantityOf(list[name]));
}
