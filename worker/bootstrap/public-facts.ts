/** What everybody in a cluster may know of how it is authenticated: the certificate authority that clients verify it with. */
import type { ConfigMap } from "../../api/generated/core.v1.ts";

/**
 * API servers that stand behind this one read it. There are neither client certificates nor a front proxy, so it tells no
 * more than the authority of this server.
 */
export const publicFacts = (ca: string): readonly ConfigMap[] => [
  {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name: "extension-apiserver-authentication", namespace: "kube-system" },
    data: ca === "" ? {} : { "client-ca-file": ca },
  },
];
