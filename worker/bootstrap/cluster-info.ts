/**
 * The config map `cluster-info`, by which a machine that only has a bootstrap token discovers the control plane and
 * learns to trust it, as published by kubeadm. Anybody may read it; a signature with the token
 * (controllers/bootstrap/bootstrap-token.ts) proves that it is genuine.
 */
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import type { Role, RoleBinding } from "../../api/generated/rbac.v1.ts";
import { encodeBase64 } from "../../api/machinery/encoding/base64.ts";
import { utf8Bytes } from "../../api/machinery/encoding/utf8.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

const NAMESPACE = "kube-public";
export const CLUSTER_INFO = "cluster-info";
/** kubeadm's names. */
const ROLE = "kubeadm:bootstrap-signer-clusterinfo";
const RBAC = "rbac.authorization.k8s.io";

/**
 * `path` leads to a cluster other than the default one. Empty if other machines cannot connect, or if everybody trusts
 * the server anyway.
 */
export function clusterInfo({
  ca,
  address,
  path,
}: {
  ca: string;
  address: string;
  path: string;
}): readonly KubeObject[] {
  if (ca === "" || address === "") return [];
  const info: ConfigMap = {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { namespace: NAMESPACE, name: CLUSTER_INFO },
    data: { kubeconfig: kubeconfig(ca, `https://${address}${path}`) },
  };
  const role: Role = {
    kind: "Role",
    apiVersion: `${RBAC}/v1`,
    metadata: { namespace: NAMESPACE, name: ROLE },
    rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: [CLUSTER_INFO], verbs: ["get"] }],
  };
  const binding: RoleBinding = {
    kind: "RoleBinding",
    apiVersion: `${RBAC}/v1`,
    metadata: { namespace: NAMESPACE, name: ROLE },
    subjects: [{ kind: "User", apiGroup: RBAC, name: "system:anonymous" }],
    roleRef: { apiGroup: RBAC, kind: "Role", name: ROLE },
  };
  return [info, role, binding];
}

const kubeconfig = (ca: string, server: string): string => `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${encodeBase64(utf8Bytes(ca))}
    server: ${server}
  name: ""
contexts: null
current-context: ""
kind: Config
preferences: {}
users: null
`;
