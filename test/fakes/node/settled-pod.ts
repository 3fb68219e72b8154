import type { PodLocal } from "../../../agent/pod/local.ts";

/** What a node knows of a pod that nothing has happened to. */
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
