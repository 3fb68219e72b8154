import type { ConfigMap } from "../../api/generated/core.v1.ts";

/** Since when the use of service account tokens without an end is noted; made once, and read by who cleans them up. */
export const legacyTokenTracking = (at: string): ConfigMap => ({
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name: "kube-apiserver-legacy-service-account-token-tracking", namespace: "kube-system" },
  data: { since: at.slice(0, 10) },
});
