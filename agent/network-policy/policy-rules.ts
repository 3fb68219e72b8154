/** What NetworkPolicies allow to and from this node's pods, as data: decided in plan.ts, rendered in nft.ts. */
import type { Family, Protocol } from "../proxy/rule-set.ts";

export type Direction = "ingress" | "egress";

export interface Block {
  readonly range: string;
  readonly except: readonly string[];
}

/** The other side of connections: the source for ingress, the destination for egress. */
export interface Peers {
  readonly addresses: readonly string[];
  readonly blocks: readonly Block[];
}

export interface PortRange {
  readonly protocol: Protocol;
  /** Absent: every port. */
  readonly from?: number;
  readonly to?: number;
}

/** A port at one address, for a named port. */
export interface Socket {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** One rule of one policy. */
export interface Allowance {
  /** Unique among all rules, in characters that nft accepts for a name. */
  readonly id: string;
  /** Absent: anybody. */
  readonly peers?: Peers;
  /** Absent: every protocol and port. */
  readonly ports?: {
    readonly ranges: readonly PortRange[];
    /** Destinations: own pods for ingress, peers for egress. */
    readonly sockets: readonly Socket[];
  };
}

/** Pods isolated by the same policies: what no allowance admits is dropped. */
export interface Gate {
  readonly id: string;
  readonly direction: Direction;
  readonly pods: readonly string[];
  readonly allowances: readonly Allowance[];
}

export interface PolicyRules {
  readonly family: Family;
  readonly gates: readonly Gate[];
}
