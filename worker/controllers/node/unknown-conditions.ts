/** What is said of a node that has fallen silent: nothing is known of it any more. */
import type { Node, NodeCondition } from "../../../api/generated/core.v1.ts";

const TYPES = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** Those that change, in the order in which the node has them: taints follow it. */
export function unknownConditions({ metadata, status }: Node, lastTransitionTime: string): readonly NodeCondition[] {
  const reported = (status.conditions ?? []).filter(({ type }) => TYPES.includes(type));
  const missing = TYPES.filter((type) => !reported.some((each) => each.type === type));
  const { creationTimestamp: lastHeartbeatTime = lastTransitionTime } = metadata;
  return [
    ...reported
      .filter((condition) => condition.status !== "Unknown")
      .map(({ type, lastHeartbeatTime: last = lastHeartbeatTime }) => ({
        type,
        status: "Unknown",
        lastHeartbeatTime: last,
        lastTransitionTime,
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
      })),
    ...missing.map((type) => ({
      type,
      status: "Unknown",
      lastHeartbeatTime,
      lastTransitionTime,
      reason: "NodeStatusNeverUpdated",
      message: "Kubelet never posted node status.",
    })),
  ];
}
