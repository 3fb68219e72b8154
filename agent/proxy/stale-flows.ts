/**
 * UDP clients that keep their socket would be routed to a former backend for as long as the kernel tracks the flow: the
 * flows to delete, as arguments of `conntrack`.
 */

import { poolsOf } from "./plan.ts";
import type { Backend, Door, FamilyRules } from "./rule-set.ts";

/** By address and port. */
type Backends = ReadonlyMap<string, Backend>;

/** Where a door leads; a door that admits nobody leads nowhere. */
type Led = ReadonlyMap<string, { readonly door: Door; readonly to: Backends }>;

const socketOf = ({ address, port }: Backend): string => `${address} ${port}`;

function ledBy({ doors, pools }: FamilyRules): Led {
  const backends = new Map(pools.map(({ id, backends }) => [id, backends]));
  const of = (door: Door): Backends =>
    new Map(poolsOf(door.way).flatMap((id) => (backends.get(id) ?? []).map((each) => [socketOf(each), each])));
  return new Map(
    doors
      .filter(({ protocol, way }) => protocol === "udp" && poolsOf(way).length > 0)
      .map((door) => [door.id, { door, to: of(door) }]),
  );
}

const addressesOf = (led: Led): string[] =>
  [...led.values()].flatMap(({ to }) => [...to.values()].map(({ address }) => address));

const forget = (family: FamilyRules["family"], ...words: readonly string[]): string[] => [
  ...["-D", "-f", family === 6 ? "ipv6" : "ipv4", "-p", "udp"],
  ...words,
];

const at = ({ address, port }: Door): string[] => [
  ...["--dport", String(port)],
  ...(address === undefined ? [] : ["-d", address]),
];

export function staleFlows(before: FamilyRules, after: FamilyRules): string[][] {
  const [then, now] = [ledBy(before), ledBy(after)];
  const kept = new Set(addressesOf(now));
  const gone = new Set(addressesOf(then).filter((address) => !kept.has(address)));
  const { family } = after;
  return [
    ...[...gone].map((address) => forget(family, "--dst-nat", address)),
    // Backends that others still lead to, or that moved to another port.
    ...[...then].flatMap(([id, { door, to }]) =>
      [...to]
        .filter(([socket, { address }]) => !gone.has(address) && now.get(id)?.to.has(socket) !== true)
        .map(([, { address, port }]) =>
          forget(family, ...at(door), "--dst-nat", address, "--reply-port-src", String(port)),
        ),
    ),
    // Before there were backends, flows may have been tracked without one.
    ...[...now].filter(([id]) => !then.has(id)).map(([, { door }]) => forget(family, ...at(door))),
  ];
}

/**
 * Flows tracked by the kernel (`conntrack -L`) that Services' addresses and node ports no longer lead to, because they
 * changed while the agent was away.
 */
export function missedFlows(listed: string, rules: FamilyRules): string[][] {
  const doors = new Map([...ledBy(rules).values()].map(({ door, to }) => [`${door.address ?? ""} ${door.port}`, to]));
  return listed.split("\n").flatMap((line) => {
    const [, source = "", address = "", sourcePort = "", port = "", backend = "", backendPort = ""] =
      /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+)/.exec(line) ?? [];
    const isLed = backend !== address;
    const to = doors.get(`${address} ${port}`) ?? (isLed ? doors.get(` ${port}`) : undefined);
    if (to === undefined || to.has(socketOf({ address: backend, port: Number(backendPort) }))) return [];
    return [forget(rules.family, "-s", source, "-d", address, "--sport", sourcePort, "--dport", port)];
  });
}
