import type { PodLocal } from "../../../agent/pod/local.ts";

/** The agent's knowledge of a pod to which nothing has happened. */
export const settledLocal = (change: Partial<PodLocal> = {}): PodLocal => ({
  startTime: 0,
  hostIPs: [],
  waiting: new Map(),
  backOff: new Map(),
  probes: new Map(),
  terminating: false,
  restartedAll: new Map(),
  restartingAll: false,
  allocation: { whole: undefined, containers: new Map() },
  actual: new Map(),
  actualWhole: undefined,
  resize: { kind: "settled" },
  devices: new Map(),
  recursiveReadOnly: false,
  ...change,
});
