/** Evaluates policy rules like the kernel: whether a new connection passes. An oracle for tests. */

import type { Allowance, PolicyRules } from "../../agent/network-policy/policy-rules.ts";
import type { Protocol } from "../../agent/proxy/rule-set.ts";
import { isWithin } from "./address-ranges.ts";

export interface Attempt {
  readonly from: string;
  /** The destination after the address of a Service was rewritten. */
  readonly to: string;
  readonly protocol: Protocol;
  readonly port: number;
}

export const letsThrough = ({ gates }: PolicyRules, attempt: Attempt): boolean =>
  gates
    .filter(({ direction, pods }) => pods.includes(direction === "ingress" ? attempt.to : attempt.from))
    .every(({ direction, allowances }) => {
      const other = direction === "ingress" ? attempt.from : attempt.to;
      return allowances.some((allowance) => meansPeer(allowance, other) && meansPort(allowance, attempt));
    });

function meansPeer({ peers }: Allowance, address: string): boolean {
  if (peers === undefined || peers.addresses.includes(address)) return true;
  return peers.blocks.some(({ range, except }) => isWithin([range], address) && !isWithin(except, address));
}

const meansPort = ({ ports }: Allowance, { to, protocol, port }: Attempt): boolean =>
  ports === undefined ||
  ports.ranges.some(
    (range) =>
      range.protocol === protocol && (range.from === undefined || (range.from <= port && port <= (range.to ?? 0))),
  ) ||
  ports.sockets.some((socket) => socket.address === to && socket.protocol === protocol && socket.port === port);
