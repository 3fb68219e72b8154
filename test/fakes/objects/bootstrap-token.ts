/** A bootstrap token for joining nodes, as it is stored. */
export const BOOTSTRAP_TOKEN = "abcdef.0123456789abcdef";

export const bootstrapSecret = {
  metadata: { name: "bootstrap-token-abcdef", namespace: "kube-system" },
  type: "bootstrap.kubernetes.io/token",
  stringData: {
    "token-id": "abcdef",
    "token-secret": "0123456789abcdef",
    "usage-bootstrap-authentication": "true",
  },
};
