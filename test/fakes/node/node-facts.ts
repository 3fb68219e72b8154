/** A machine and a node on it with unremarkable values. */
import type { Machine } from "../../../agent/node/machine.ts";
import type { NodeFacts } from "../../../agent/node/node-object.ts";

export const plainMachine = (more: Partial<Machine> = {}): Machine => ({
  os: "linux",
  architecture: "amd64",
  kernelVersion: "6",
  osImage: "",
  machineID: "",
  bootID: "",
  systemUUID: "",
  cpus: 1,
  memoryBytes: 1,
  diskBytes: 1,
  swapBytes: 0,
  hugePages: [],
  appArmor: false,
  ...more,
});

export const plainNode = (more: Partial<NodeFacts> = {}): NodeFacts => ({
  name: "n",
  machine: plainMachine(),
  reserve: { cpuNanos: 0n, memoryBytes: 0, diskBytes: 0 },
  addresses: [],
  runtimeVersion: "fake://1",
  isolates: false,
  features: { handlers: new Map() },
  images: [],
  pressures: new Set(),
  devices: new Map(),
  volumesInUse: [],
  labels: {},
  taints: [],
  kubeletPort: 0,
  ...more,
});
