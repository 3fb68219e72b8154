import type { KubeObject } from "../../api/machinery/meta.ts";

export const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

const namespace = (name: string): KubeObject & Record<string, unknown> => ({
  kind: "Namespace",
  apiVersion: "v1",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
  spec: { finalizers: ["kubernetes"] },
  status: { phase: "Active" },
});

export const namespaces: readonly KubeObject[] = SYSTEM_NAMESPACES.map(namespace);
