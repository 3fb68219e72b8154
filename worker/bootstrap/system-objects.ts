/** What every cluster has from its first moment: what kube-apiserver makes sure of when it starts. */
import type { KubeObject } from "../../api/machinery/meta.ts";

const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

const namespace = (name: string): KubeObject & Record<string, unknown> => ({
  kind: "Namespace",
  apiVersion: "v1",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
  spec: { finalizers: ["kubernetes"] },
  status: { phase: "Active" },
});

const priorityClass = (name: string, value: number, description: string): KubeObject & Record<string, unknown> => ({
  kind: "PriorityClass",
  apiVersion: "scheduling.k8s.io/v1",
  metadata: { name },
  value,
  description,
  preemptionPolicy: "PreemptLowerPriority",
});

/** In the order in which they are made. */
export function systemObjects(): readonly KubeObject[] {
  return [
    ...SYSTEM_NAMESPACES.map(namespace),
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
}
