import type { NodeCondition, NodeStatus } from "../../api/generated/core.v1.ts";

const AMOUNTS = { cpu: "2", memory: "4Gi", pods: "20", "ephemeral-storage": "10Gi" };
const PRESSURES = ["MemoryPressure", "DiskPressure", "PIDPressure"];

/** A small healthy node: workloads of a walk fill it now and then. */
export function nodeStatus(name: string, number: number, now: string): NodeStatus {
  const condition = (type: string, status: string): NodeCondition => ({
    type,
    status,
    reason: `Kubelet${type}`,
    message: "",
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  });
  return {
    capacity: AMOUNTS,
    allocatable: AMOUNTS,
    conditions: [...PRESSURES.map((type) => condition(type, "False")), condition("Ready", "True")],
    addresses: [
      { type: "InternalIP", address: `10.99.0.${number}` },
      { type: "Hostname", address: name },
    ],
  };
}
