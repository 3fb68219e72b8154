/** A Node as other nodes are told of it: its labels, addresses and pod ranges, not its images and conditions. */
import type { Node } from "../../api/generated/core.v1.ts";
import { readObject } from "../../api/machinery/object-text.ts";

export const peerNodeText = (text: string): string => JSON.stringify(asPeer(readObject(text) as unknown as Node));

function asPeer({ apiVersion, kind, metadata, spec, status }: Node): Node {
  const { name, uid, resourceVersion, labels } = metadata;
  const { podCIDR, podCIDRs } = spec;
  return {
    ...(apiVersion !== undefined && { apiVersion }),
    ...(kind !== undefined && { kind }),
    metadata: {
      ...(name !== undefined && { name }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(labels !== undefined && { labels }),
    },
    spec: { ...(podCIDR !== undefined && { podCIDR }), ...(podCIDRs !== undefined && { podCIDRs }) },
    status: { ...(status.addresses !== undefined && { addresses: status.addresses }) },
  };
}
