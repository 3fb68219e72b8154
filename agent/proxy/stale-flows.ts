/**
 * UDP clients that keep their socket would be routed to a former backend for as long as the kernel tracks the flow: the
 * flows to delete, as arguments of `conntrack`.
 */

import { poolsOf } from "./plan.ts";
import type { Backend, FamilyRules, Frontend } from "./rule-set.ts";

/** By address and port. */
type Backends = ReadonlyMap<string, Backend>;

/** The backends of each frontend; one that admits nobody has none. */
type BackendsByFrontend = ReadonlyMap<string, { readonly frontend: Frontend; readonly to: Backends }>;

const socketOf = ({ address, port }: Backend): string => `${address} ${port}`;

function backendsByFrontend({ frontends, pools }: FamilyRules): BackendsByFrontend {
  const backends = new Map(pools.map(({ id, backends }) => [id, backends]));
  const of = (frontend: Frontend): Backends =>
    new Map(poolsOf(frontend.route).flatMap((id) => (backends.get(id) ?? []).map((each) => [socketOf(each), each])));
  return new Map(
    frontends
      .filter(({ protocol, route }) => protocol === "udp" && poolsOf(route).length > 0)
      .map((frontend) => [frontend.id, { frontend, to: of(frontend) }]),
  );
}

const addressesOf = (led: BackendsByFrontend): string[] =>
  [...led.values()].flatMap(({ to }) => [...to.values()].map(({ address }) => address));

const deletion = (family: FamilyRules["family"], ...words: readonly string[]): string[] => [
  ...["-D", "-f", family === 6 ? "ipv6" : "ipv4", "-p", "udp"],
  ...words,
];

const at = ({ address, port }: Frontend): string[] => [
  ...["--dport", String(port)],
  ...(address === undefined ? [] : ["-d", address]),
];

export function staleFlows(before: FamilyRules, after: FamilyRules): string[][] {
  const [then, now] = [backendsByFrontend(before), backendsByFrontend(after)];
  const remaining = new Set(addressesOf(now));
  const gone = new Set(addressesOf(then).filter((address) => !remaining.has(address)));
  const { family } = after;
  return [
    ...[...gone].map((address) => deletion(family, "--dst-nat", address)),
    // Backends that others still lead to, or that moved to another port.
    ...[...then].flatMap(([id, { frontend, to }]) =>
      [...to]
        .filter(([socket, { address }]) => !gone.has(address) && now.get(id)?.to.has(socket) !== true)
        .map(([, { address, port }]) =>
          deletion(family, ...at(frontend), "--dst-nat", address, "--reply-port-src", String(port)),
        ),
    ),
    // Before there were backends, flows may have been tracked without one.
    ...[...now].filter(([id]) => !then.has(id)).map(([, { frontend }]) => deletion(family, ...at(frontend))),
  ];
}

/**
 * Flows tracked by the kernel (`conntrack -L`) that Services' addresses and node ports no longer lead to, because they
 * changed while the agent was away.
 */
export function missedFlows(listed: string, rules: FamilyRules): string[][] {
  const byAddress = new Map(
    [...backendsByFrontend(rules).values()].map(({ frontend, to }) => [
      `${frontend.address ?? ""} ${frontend.port}`,
      to,
    ]),
  );
  return listed.split("\n").flatMap((line) => {
    const [, source = "", address = "", sourcePort = "", port = "", backend = "", backendPort = ""] =
      /src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+)/.exec(line) ?? [];
    const isLed = backend !== address;
    const to = byAddress.get(`${address} ${port}`) ?? (isLed ? byAddress.get(` ${port}`) : undefined);
    if (to === undefined || to.has(socketOf({ address: backend, port: Number(backendPort) }))) return [];
    return [deletion(rules.family, "-s", source, "-d", address, "--sport", sourcePort, "--dport", port)];
  });
}
