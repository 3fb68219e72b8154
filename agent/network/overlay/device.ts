/**
 * The overlay in the kernel: a VXLAN device, which puts what is for a node's pods into UDP, addressed to that node or, for
 * those that cannot be reached, to this agent, which carries it on. Decided as lines of `ip -batch` and `bridge -batch`. Pure.
 */
import { type NftTable, TableBuilder } from "../../proxy/nft-table.ts";
import { isIPv6 } from "../address-family.ts";
import { BRIDGE } from "../cni-config.ts";
import { endOf } from "../pod-ranges.ts";
import type { Way } from "./choose-way.ts";
import { bridgeOf, macOf, type Peer } from "./peer.ts";

export const OVERLAY = "sailplane1";
/** VXLAN's on Linux. */
export const VXLAN_PORT = 8472;
/** Where agents ask each other, and take from their own kernel what is to be relayed. */
export const AGENT_PORT = 8473;
/** What every frame of VXLAN begins with. */
export const VXLAN_FLAGS = 8;
/** Of VXLAN. */
export const NETWORK = 157;
const LOOPBACK = "127.0.0.1";
/**
 * Stands for this agent. VXLAN loses what it is told to send to an address of its own machine, so that it is told of one that
 * is not, and rules lead that to the agent.
 */
const AGENT = "169.254.157.1";
/** Routes that probes take, whatever way the pods' packets go now. */
const PROBE_TABLE = 158;
/** What VXLAN adds, and a margin for the tunnels that some clouds are made of. */
const MTU = 1410;

export interface OverlayPeer {
  readonly peer: Peer;
  readonly way: Way;
  readonly isNeighbour: boolean;
}

export interface OverlayState {
  readonly own: { readonly name: string; readonly ranges: readonly string[]; readonly bridge: string | undefined };
  readonly peers: readonly OverlayPeer[];
}

export const addDevice = (): string =>
  `link add ${OVERLAY} type vxlan id ${NETWORK} dstport ${VXLAN_PORT} nolearning noudpcsum`;

export const addRule = (): string =>
  `rule add ipproto udp dport ${AGENT_PORT} lookup ${PROBE_TABLE} priority ${NETWORK}`;

/** For `ip -batch`: all of them may be said again. */
export function linesOfIp({ own, peers }: OverlayState): string[] {
  return [
    `link set dev ${OVERLAY} address ${macOf(own.name)} mtu ${MTU} up`,
    ...(own.bridge === undefined ? [] : [`route replace ${AGENT} dev ${BRIDGE} src ${own.bridge}`]),
    ...own.ranges.map((range) => `address replace ${endOf(range)}/${isIPv6(range) ? 128 : 32} dev ${OVERLAY}`),
    ...peers.flatMap(({ peer }) =>
      peer.ranges.map((range) => `neigh replace ${endOf(range)} lladdr ${peer.mac} dev ${OVERLAY} nud permanent`),
    ),
    ...peers.flatMap(({ peer, isNeighbour }) => {
      const to = bridgeOf(peer);
      if (!isNeighbour || to === undefined || peer.address === undefined || own.bridge === undefined) return [];
      return [`route replace ${to} via ${peer.address} src ${own.bridge} table ${PROBE_TABLE}`];
    }),
  ];
}

/** For `bridge -batch`. */
export const linesOfBridge = ({ peers }: OverlayState): string[] =>
  peers.map(({ peer: { mac, address }, way }) => {
    const to =
      way === "relay" || address === undefined ? `${AGENT} port ${AGENT_PORT}` : `${address} port ${VXLAN_PORT}`;
    return `fdb replace ${mac} dev ${OVERLAY} dst ${to} self permanent`;
  });

/** Frames come from the nodes and from this agent, and from nobody else of the network or of the machine. */
export function guardOf({ peers }: OverlayState): NftTable {
  const table = new TableBuilder();
  const nodes = peers.flatMap(({ peer: { address } }) => (address === undefined ? [] : [address]));
  table.set("nodes", "type ipv4_addr;", new Set(nodes));
  table.chain(
    "input",
    [
      `iifname != "lo" udp dport ${VXLAN_PORT} ip saddr != @nodes drop`,
      // Beside probes the agent takes frames there, told apart by their first byte, and those are its own kernel's.
      `iifname != "lo" udp dport ${AGENT_PORT} @th,64,8 ${VXLAN_FLAGS} drop`,
    ],
    "type filter hook input priority filter;",
  );
  table.chain(
    "output",
    [`oifname "lo" udp dport { ${VXLAN_PORT}, ${AGENT_PORT} } meta skuid != 0 drop`],
    "type filter hook output priority filter;",
  );
  table.chain(
    "relay",
    [`ip daddr ${AGENT} udp dport ${AGENT_PORT} dnat to ${LOOPBACK}`],
    "type nat hook output priority -100;",
  );
  return { family: "ip", name: "sailplane-overlay", chains: table.chains, sets: table.sets };
}
