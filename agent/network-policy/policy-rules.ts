/** What NetworkPolicies let through to and from this node's pods, as data: what plan.ts decides and nft.ts renders. */
import type { Family, Protocol } from "../proxy/rule-set.ts";

export type Direction = "ingress" | "egress";

export interface Block {
  readonly range: string;
  readonly except: readonly string[];
}

/** The other side of a connection: of ingress who connects, of egress whom they connect to. */
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

/** A port of one address: what a port's name means there. */
export interface Socket {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** One rule of one policy. */
export interface Allowance {
  /** Unique among all rules, of letters that nft takes for a name. */
  readonly id: string;
  /** Absent: anybody. */
  readonly peers?: Peers;
  /** Absent: every protocol and port. */
  readonly ports?: {
    readonly ranges: readonly PortRange[];
    /** Destinations: of ingress own pods, of egress peers. */
    readonly sockets: readonly Socket[];
  };
}

/** Pods that the same policies isolate: what no allowance lets through is dropped. */
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
