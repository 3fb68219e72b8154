import type { PriorityClass } from "../../api/generated/scheduling.v1.ts";

const priorityClass = (name: string, value: number, description: string): PriorityClass => ({
  kind: "PriorityClass",
  apiVersion: "scheduling.k8s.io/v1",
  metadata: { name },
  value,
  description,
  preemptionPolicy: "PreemptLowerPriority",
});

export const priorityClasses: readonly PriorityClass[] = [
  priorityClass(
    "system-node-critical",
    2000001000,
    "Used for system critical pods that must not be moved from their current node.",
  ),
  priorityClass(
    "system-cluster-critical",
    2000000000,
    "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
  ),
];
