/** A Node as other nodes see it: labels, addresses, pod ranges and network key, without images and conditions. */
import type { Node } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/json/object-text.ts";
import { NETWORK_KEY } from "../../api/node/node-sync.ts";

export const peerNodeText = (text: string): string => JSON.stringify(asPeer(readObject(text)));

function asPeer({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const { name, uid, resourceVersion, labels } = metadata;
  const { podCIDR, podCIDRs } = spec;
  const key = metadata.annotations?.[NETWORK_KEY];
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: {
      ...(name !== undefined && { name }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
      ...(key !== undefined && { annotations: { [NETWORK_KEY]: key } }),
    },
    spec: { ...(podCIDR !== undefined && { podCIDR }), ...(podCIDRs !== undefined && { podCIDRs }) },
    status: { ...(status.addresses !== undefined && { addresses: status.addresses }) },
  };
}
