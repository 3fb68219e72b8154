import type { NodeInfo } from "../cluster/node-info.ts";
import { MAX_NODE_SCORE, type Plugin } from "../framework/plugin.ts";

/** Prefers nodes on which the pod would bring the utilization of CPU and memory closer together. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,
  // Pods without requests change nothing.
  nodeScore: ({ requests }) =>
    requests.cpu === 0 && requests.memory === 0 ? undefined : (node) => improvement(node, requests),
  helps: () => false,
};

const HALF = MAX_NODE_SCORE / 2;
const NOTHING = { cpu: 0, memory: 0 };

/** Three quarters if the balance stays the same; from a half for the worst to one for the best. */
const improvement = (node: NodeInfo, requested: { cpu: number; memory: number }): number =>
  HALF + Math.trunc((HALF + balance(node, requested) - balance(node, NOTHING)) / 2);

function balance({ allocatable, cpu, memory }: NodeInfo, requested: { cpu: number; memory: number }): number {
  // With one resource there is nothing to balance.
  if (allocatable.cpu === 0 || allocatable.memory === 0) return MAX_NODE_SCORE;
  const ofCpu = Math.min(1, (cpu + requested.cpu) / allocatable.cpu);
  const ofMemory = Math.min(1, (memory + requested.memory) / allocatable.memory);
  return Math.trunc((1 - Math.abs(ofCpu - ofMemory) / 2) * MAX_NODE_SCORE);
}
