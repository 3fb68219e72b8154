/** Reads policy rules as the kernel would: whether a new connection passes. What tests ask. */
import { BlockList } from "node:net";
import { familyOf } from "../proxy/plan.ts";
import type { Protocol } from "../proxy/rule-set.ts";
import type { Allowance, PolicyRules } from "./policy-rules.ts";

export interface Attempt {
  readonly from: string;
  /** After the address of a Service was rewritten. */
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
  return peers.blocks.some(({ range, except }) => isWithin(address, [range]) && !isWithin(address, except));
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = "", bits] = range.split("/");
    list.addSubnet(base, Number(bits), typeOf(base));
  }
  return list.check(address, typeOf(address));
}

const typeOf = (address: string): "ipv4" | "ipv6" => (familyOf(address) === 6 ? "ipv6" : "ipv4");

const meansPort = ({ ports }: Allowance, { to, protocol, port }: Attempt): boolean =>
  ports === undefined ||
  ports.ranges.some(
    (range) =>
      range.protocol === protocol && (range.from === undefined || (range.from <= port && port <= (range.to ?? 0))),
  ) ||
  ports.sockets.some((socket) => socket.address === to && socket.protocol === protocol && socket.port === port);
