/** Another node as the pod network knows it. Pure. */

import { createHash } from "node:crypto";
import { isIPv4 } from "node:net";
import type { Node } from "../../../api/generated/core.v1.ts";
import { internalAddresses } from "../../../api/node/internal-addresses.ts";
import { NETWORK_KEY } from "../../../api/node/node-sync.ts";
import { gatewayOf } from "../cni-config.ts";
import { ipv4Of, podRangesOf } from "../pod-ranges.ts";

export interface Peer {
  readonly name: string;
  /** Of its pods. */
  readonly ranges: readonly string[];
  /** Its own, on whatever network it is; undefined: none that others could reach. */
  readonly address?: string;
  /** Of its end of the overlay. */
  readonly mac: string;
  /** Absent: it predates the overlay, or has no network for pods. */
  readonly publicKey?: string;
}

/** Derived from the name, so that it need not be communicated. The first byte marks it as locally administered. */
export function macOf(node: string): string {
  const [...bytes] = createHash("sha256").update(node).digest().subarray(0, 5);
  return ["0a", ...bytes.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}

/** The node's own address in the pod network. */
export const bridgeOf = ({ ranges }: Peer): string | undefined => {
  const range = ipv4Of(ranges);
  return range === undefined ? undefined : gatewayOf(range).address;
};

export function peersOf(nodes: readonly Node[], own: string): Peer[] {
  return nodes.flatMap((node) => {
    const { name = "", annotations } = node.metadata;
    const ranges = podRangesOf(node);
    if (name === own || ranges.length === 0) return [];
    const address = internalAddresses(node).find((each) => isIPv4(each) && !each.startsWith("127."));
    const publicKey = annotations?.[NETWORK_KEY];
    return [
      {
        name,
        ranges,
        mac: macOf(name),
        ...(address !== undefined && { address }),
        ...(publicKey !== undefined && { publicKey }),
      },
    ];
  });
}
