/**
 * A pod's quality of service class, from CPU and memory requests and limits of all its containers (the kubelet's
 * rules).
 */
import type { Pod } from "../../api/generated/core.v1.ts";
import { parseQuantity } from "../../api/machinery/quantity.ts";
import { initContainersOf } from "./containers.ts";

export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const RESOURCES = ["cpu", "memory"] as const;

export function qosOf(pod: Pod): QosClass {
  const all = pod.spec.resources === undefined ? [...initContainersOf(pod), ...pod.spec.containers] : [pod.spec];
  let any = false;
  let guaranteed = true;
  for (const { resources } of all) {
    for (const resource of RESOURCES) {
      const request = nanosOf(resources?.requests?.[resource]);
      const limit = nanosOf(resources?.limits?.[resource]);
      if (request > 0n || limit > 0n) any = true;
      if (limit === 0n || (request !== 0n && request !== limit)) guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

/** In whole units, usually bytes; 0 if absent or invalid. */
export const bytesOf = (quantity: string | number | undefined): number => Number(nanosOf(quantity) / 1_000_000_000n);

/** 0 if absent or invalid. */
export function nanosOf(quantity: string | number | undefined): bigint {
  if (quantity === undefined) return 0n;
  const parsed = parseQuantity(quantity);
  return typeof parsed === "string" ? 0n : parsed.nanos;
}
