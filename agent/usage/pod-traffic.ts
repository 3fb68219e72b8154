/** Network traffic of this node's pods, and of the machine. */
import { readText } from "../files/read-text.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { PodIdentity } from "../runtime/sandbox.ts";
import { type InterfaceCounters, parseNetworkCounters } from "./network-counters.ts";

export interface PodTraffic {
  readonly sandboxId: string;
  readonly pod: PodIdentity;
  readonly interfaces: readonly InterfaceCounters[];
}

const countersOf = (process: number | "self"): readonly InterfaceCounters[] =>
  parseNetworkCounters(readText(`/proc/${process}/net/dev`));

export const machineTraffic = (): readonly InterfaceCounters[] => countersOf("self");

/** Of pods that have a network of their own, if the runtime reports their processes. */
export async function podTraffic(runtime: Pick<Runtime, "sandboxProcesses">): Promise<readonly PodTraffic[]> {
  const processes = (await runtime.sandboxProcesses?.()) ?? [];
  return processes
    .filter(({ ownsNetwork }) => ownsNetwork)
    .map(({ sandboxId, pod, pid }) => ({ sandboxId, pod, interfaces: countersOf(pid) }));
}
