import type { KubeObject } from "../../api/machinery/meta.ts";

const SYSTEM_NAMESPACES = ["default", "kube-node-lease", "kube-public", "kube-system"];

const namespace = (name: string): KubeObject & Record<string, unknown> => ({
  kind: "Namespace",
  apiVersion: "v1",
  metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
  spec: {},
  status: { phase: "Active" },
});

/**
 * Every namespace is created with one (worker/admission/plugins/default-service-account.ts), so no pod comes too early.
 */
const account = (namespace: string): KubeObject => ({
  kind: "ServiceAccount",
  apiVersion: "v1",
  metadata: { name: "default", namespace },
});

export const namespaces: readonly KubeObject[] = [
  ...SYSTEM_NAMESPACES.map(namespace),
  ...SYSTEM_NAMESPACES.map(account),
];
