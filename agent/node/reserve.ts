/**
 * What pods are not offered of the machine: what its own programs need, and the margin below which the node evicts
 * pods. Pure.
 */
import { bytesOf, nanosOf } from "../pod-spec/qos.ts";
import { limitOf, type Signal, type Threshold } from "../pressure/thresholds.ts";
import type { Machine } from "./machine.ts";

export interface Reserve {
  readonly cpuNanos: bigint;
  readonly memoryBytes: number;
  readonly diskBytes: number;
}

/** The kubelet's --system-reserved. */
export type SystemReserved = Readonly<Record<string, string>>;

const RESERVABLE = ["cpu", "memory", "ephemeral-storage"];

/** Fails if another resource is to be reserved. */
export function reserveOf(machine: Machine, thresholds: readonly Threshold[], system: SystemReserved): Reserve {
  for (const name of Object.keys(system))
    if (!RESERVABLE.includes(name)) throw new Error(`"${name}" cannot be reserved: ${RESERVABLE.join(", ")}`);
  const belowWhich = (signal: Signal, capacity: number): number => {
    const threshold = thresholds.find((each) => each.signal === signal && each.graceMs === 0);
    return threshold === undefined ? 0 : limitOf(threshold, { available: capacity, capacity });
  };
  return {
    cpuNanos: nanosOf(system.cpu),
    memoryBytes: bytesOf(system.memory) + belowWhich("memory.available", machine.memoryBytes),
    diskBytes: bytesOf(system["ephemeral-storage"]) + belowWhich("nodefs.available", machine.diskBytes),
  };
}
