import type { ConfigMap } from "../../api/generated/core.v1.ts";

/**
 * Since when the use of non-expiring service account tokens is recorded. Created once; read by the controller that
 * cleans them up.
 */
export const legacyTokenTracking = (at: string): ConfigMap => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name: "kube-apiserver-legacy-service-account-token-tracking", namespace: "kube-system" },
  data: { since: at.slice(0, 10) },
});
