/** What everybody in a cluster may know about its authentication. Aggregated API servers read it. */
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

const NAME = "extension-apiserver-authentication";

/**
 * `ca` is the authority by which clients verify this server, or ""; `frontProxy` is the authority of the client
 * certificate with which this server forwards requests on behalf of users.
 */
export const publicFacts = (ca: string, frontProxy: string): readonly ConfigMap[] => [
  {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name: NAME, namespace: "kube-system" },
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

/** The facts updated; undefined if they are current, or the object is another. */
export function updatedFacts(wanted: KubeObject, text: string): KubeObject | undefined {
  if (wanted.kind !== "ConfigMap" || wanted.metadata.name !== NAME) return undefined;
  const found = readObject<ConfigMap>(text);
  const { data = {} } = wanted as ConfigMap;
  if (Object.entries(data).every(([key, value]) => found.data?.[key] === value)) return undefined;
  const updated: ConfigMap = { ...found, data: { ...found.data, ...data } };
  return updated;
}
