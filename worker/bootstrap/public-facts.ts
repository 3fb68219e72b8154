/** What everybody in a cluster may know about its authentication. Aggregated API servers read it. */
import type { ConfigMap } from "../../api/generated/core.v1.ts";

export const AUTHENTICATION_FACTS = "extension-apiserver-authentication";

/**
 * `ca` is the authority by which clients verify this server, or ""; `frontProxy` is the authority of the client
 * certificate with which this server forwards requests on behalf of users.
 */
export const publicFacts = (ca: string, frontProxy: string): readonly ConfigMap[] => [
  {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name: AUTHENTICATION_FACTS, namespace: "kube-system" },
    data: {
      ...(ca === "" ? {} : { "client-ca-file": ca }),
      "requestheader-client-ca-file": frontProxy,
      "requestheader-allowed-names": '["front-proxy-client"]',
      "requestheader-username-headers": '["X-Remote-User"]',
      "requestheader-uid-headers": '["X-Remote-Uid"]',
      "requestheader-group-headers": '["X-Remote-Group"]',
      "requestheader-extra-headers-prefix": '["X-Remote-Extra-"]',
    },
  },
];
