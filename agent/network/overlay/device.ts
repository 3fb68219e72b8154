/**
 * The overlay in the kernel: a VXLAN device that wraps what is meant for a node's pods in UDP, addressed to that node
 * or, if that is unreachable, to this agent, which relays it. Rendered as lines for `ip -batch` and `bridge -batch`.
 * Pure.
 */
import { type NftTable, TableBuilder } from "../../proxy/nft-table.ts";
import { isIPv6 } from "../address-family.ts";
import { BRIDGE } from "../cni-config.ts";
import { endOf } from "../pod-ranges.ts";
import type { Way } from "./choose-way.ts";
import { bridgeOf, macOf, type Peer } from "./peer.ts";

export const OVERLAY = "sailplane1";
/** VXLAN's port on Linux. */
export const VXLAN_PORT = 8472;
/** Where agents probe each other, and receive frames to relay from their own kernel. */
export const AGENT_PORT = 8473;
/** The first byte of every VXLAN frame. */
export const VXLAN_FLAGS = 8;
/** The VXLAN network identifier. */
export const NETWORK = 157;
const LOOPBACK = "127.0.0.1";
/**
 * Represents this agent. VXLAN drops what it should send to an address of its own machine, so it gets one that is not,
 * and rules lead that to the agent.
 */
const AGENT = "169.254.157.1";
/** The routing table for probes, whichever way the pods' packets take. */
const PROBE_TABLE = 158;
/** VXLAN's overhead, and a margin for the tunnels that some clouds use. */
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

export const changeRule = (change: "add" | "del"): string =>
  `rule ${change} ipproto udp dport ${AGENT_PORT} lookup ${PROBE_TABLE} priority ${NETWORK}`;

/** For `ip -batch`; all lines can be repeated. */
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

/** Accepts frames from the nodes and this agent, and from nobody else on the network or the machine. */
export function guardOf({ peers }: OverlayState): NftTable {
  const table = new TableBuilder();
  const nodes = peers.flatMap(({ peer: { address } }) => (address === undefined ? [] : [address]));
  table.set("nodes", "type ipv4_addr;", new Set(nodes));
  table.chain(
    "input",
    [
      `iifname != "lo" udp dport ${VXLAN_PORT} ip saddr != @nodes drop`,
      // Besides probes, the agent receives its own kernel's frames there, recognised by their first byte.
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
