/** Policy rules rendered for nftables: one table per address family, beside the service proxy's. */
import { type NftTable, nameOf, TableBuilder } from "../proxy/nft-table.ts";
import type { Family } from "../proxy/rule-set.ts";
import type { Allowance, Direction, Gate, Peers, PolicyRules } from "./policy-rules.ts";

const TABLE = "sailplane-policies";

const WORDS = {
  4: { ip: "ip", type: "ipv4_addr" },
  6: { ip: "ip6", type: "ipv6_addr" },
} as const;

/** Without these, IPv6 pods on one bridge could not find each other at all. */
const NEIGHBOURS = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept";

export function renderPolicies({ family, gates }: PolicyRules): NftTable {
  const { ip, type } = WORDS[family];
  const table = new TableBuilder();
  const gated = { ingress: new Map<string, string>(), egress: new Map<string, string>() };
  for (const gate of gates) {
    const chain = addGate(table, gate, family);
    for (const pod of gate.pods) gated[gate.direction].set(pod, `jump ${chain}`);
  }
  for (const direction of ["ingress", "egress"] as const)
    table.map(`${direction}-pods`, `type ${type} : verdict;`, gated[direction]);
  // Runs after Services' addresses are rewritten, and before clients' addresses are.
  table.chain(
    "forward",
    [
      "ct state established,related accept",
      ...(family === 6 ? [NEIGHBOURS] : []),
      `${ip} saddr vmap @egress-pods`,
      `${ip} daddr vmap @ingress-pods`,
    ],
    "type filter hook forward priority filter;",
  );
  return { family: ip, name: TABLE, chains: table.chains, sets: table.sets };
}

function addGate(table: TableBuilder, { id, direction, allowances }: Gate, family: Family): string {
  const chain = nameOf("gate", id);
  const conditions = allowances.flatMap((allowance) => conditionsOf(table, allowance, { direction, family, gate: id }));
  table.chain(chain, [...new Set(conditions.map((condition) => `${condition} return`.trim())), "drop"]);
  return chain;
}

interface Place {
  readonly direction: Direction;
  readonly family: Family;
  readonly gate: string;
}

/** Each is sufficient for a connection; "" admits everything. */
function conditionsOf(table: TableBuilder, { id, peers, ports }: Allowance, place: Place): string[] {
  const { ip, type } = WORDS[place.family];
  const from = peers === undefined ? [""] : peerConditions(table, { id, peers, place });
  if (ports === undefined) return from;
  const to = ports.ranges.map(({ protocol, from: first, to: last }) =>
    first === undefined
      ? `meta l4proto ${protocol}`
      : `${protocol} dport ${first === last ? first : `${first}-${last}`}`,
  );
  if (ports.sockets.length > 0) {
    // The meaning of a port name differs by pod, and so by gate.
    const sockets = nameOf("sockets", `${place.gate}/${id}`);
    table.set(
      sockets,
      `type ${type} . inet_proto . inet_service;`,
      ports.sockets.map(({ address, protocol, port }) => `${address} . ${protocol} . ${port}`),
    );
    to.push(`${ip} daddr . meta l4proto . th dport @${sockets}`);
  }
  return from.flatMap((one) => to.map((other) => `${one} ${other}`.trim()));
}

function peerConditions(
  table: TableBuilder,
  { id, peers, place }: { readonly id: string; readonly peers: Peers; readonly place: Place },
): string[] {
  const { ip, type } = WORDS[place.family];
  const side = `${ip} ${place.direction === "ingress" ? "saddr" : "daddr"}`;
  const conditions = peers.blocks.map(({ range, except }) =>
    [`${side} ${range}`, ...except.map((hole) => `${side} != ${hole}`)].join(" "),
  );
  if (peers.addresses.length === 0) return conditions;
  const set = nameOf("peers", id);
  table.set(set, `type ${type};`, peers.addresses);
  return [...conditions, `${side} @${set}`];
}
