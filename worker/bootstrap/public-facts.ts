/** What everybody in a cluster may know of how it is authenticated; API servers that stand behind this one read it. */
import type { ConfigMap } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import type { KubeObject } from "../../api/machinery/meta.ts";

const NAME = "extension-apiserver-authentication";

/**
 * `ca` is the authority that clients verify this server with, or ""; `frontProxy` the one of the certificate with which
 * this server passes requests on, in the name of whoever made them.
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

/** The facts as they are now; undefined where they are told already, or the object is another. */
export function toldAnew(wanted: KubeObject, text: string): KubeObject | undefined {
  if (wanted.kind !== "ConfigMap" || wanted.metadata.name !== NAME) return undefined;
  const found = readObject<ConfigMap>(text);
  const { data = {} } = wanted as ConfigMap;
  if (Object.entries(data).every(([key, value]) => found.data?.[key] === value)) return undefined;
  const told: ConfigMap = { ...found, data: { ...found.data, ...data } };
  return told;
}
