import type { NodeInfo } from "../cluster/node-info.ts";
import { MAX_NODE_SCORE, type Plugin } from "../framework/plugin.ts";

/** Prefers nodes whose processors and memory the pod would bring closer to being in use to the same degree. */
export const nodeResourcesBalancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,
  // Pods that ask for nothing change nothing.
  nodeScore: ({ requests }) =>
    requests.cpu === 0 && requests.memory === 0 ? undefined : (node) => improvement(node, requests),
  helps: () => false,
};

const HALF = MAX_NODE_SCORE / 2;
const NOTHING = { cpu: 0, memory: 0 };

/** Three quarters where the balance stays as it is; from a half for the worst to the whole for the best. */
const improvement = (node: NodeInfo, asked: { cpu: number; memory: number }): number =>
  HALF + Math.trunc((HALF + balance(node, asked) - balance(node, NOTHING)) / 2);

function balance({ allocatable, cpu, memory }: NodeInfo, asked: { cpu: number; memory: number }): number {
  // With one resource there is nothing to balance.
  if (allocatable.cpu === 0 || allocatable.memory === 0) return MAX_NODE_SCORE;
  const ofCpu = Math.min(1, (cpu + asked.cpu) / allocatable.cpu);
  const ofMemory = Math.min(1, (memory + asked.memory) / allocatable.memory);
  return Math.trunc((1 - Math.abs(ofCpu - ofMemory) / 2) * MAX_NODE_SCORE);
}
