/**
 * UDP clients that keep their socket would be routed to a former backend for as long as the kernel tracks the flow: the
 * flows to delete, as arguments of `conntrack`. Each call of it goes through all flows of the machine, so only what is
 * tracked is deleted, and all flows of a backend at once.
 */

import { poolsOf } from "./plan.ts";
import type { Backend, FamilyRules, Frontend } from "./rule-set.ts";

/** The backends of each frontend that has any, as sockets. By the frontend's address and port. */
type Backends = ReadonlyMap<string, ReadonlySet<string>>;

const NONE: Backends = new Map();

const socketOf = ({ address, port }: Backend): string => `${address} ${port}`;

/** Of a node port: without an address. */
const placeOf = ({ address = "", port }: Pick<Frontend, "address" | "port">): string => `${address} ${port}`;

function backendsOf({ frontends, pools }: FamilyRules): Backends {
  const backends = new Map(pools.map((pool) => [pool.id, pool.backends]));
  return new Map(
    frontends
      .filter(({ protocol, route }) => protocol === "udp" && poolsOf(route).length > 0)
      // Of two with the same address the first has it.
      .toReversed()
      .map((frontend) => [
        placeOf(frontend),
        new Set(poolsOf(frontend.route).flatMap((id) => (backends.get(id) ?? []).map(socketOf))),
      ]),
  );
}

/** Whether flows may be stale after the change: those to a backend that left, and those that began before the first. */
export function mayLeaveFlows(before: FamilyRules, after: FamilyRules): boolean {
  const [then, now] = [backendsOf(before), backendsOf(after)];
  const hasLost = ([place, sockets]: readonly [string, ReadonlySet<string>]) =>
    [...sockets].some((socket) => now.get(place)?.has(socket) !== true);
  return [...then].some(hasLost) || [...now.keys()].some((place) => !then.has(place));
}

interface Flow {
  readonly address: string;
  readonly port: number;
  /** Where answers come from: the address itself, unless it was rewritten. */
  readonly backend: Backend;
}

function flowOf(line: string): Flow | undefined {
  const [, address, port, backend, backendPort] =
    /src=\S+ dst=(\S+) sport=\d+ dport=(\d+) .*?src=(\S+) dst=\S+ sport=(\d+)/.exec(line) ?? [];
  if (address === undefined || backend === undefined) return undefined;
  return { address, port: Number(port), backend: { address: backend, port: Number(backendPort) } };
}

/**
 * What to delete of the flows that the kernel tracks (`conntrack -L`). `before` are the rules until now: absent if the
 * agent was away, when nobody knows which Services are gone.
 */
export function staleFlows(listed: string, after: FamilyRules, before?: FamilyRules): string[][] {
  const [then, now] = [before === undefined ? NONE : backendsOf(before), backendsOf(after)];
  const remaining = new Set([...now.values()].flatMap((sockets) => [...sockets].map((each) => each.split(" ")[0])));
  const isStale = ({ address, port, backend }: Flow): boolean => {
    const socket = socketOf(backend);
    const own = placeOf({ address, port });
    if (now.has(own)) return now.get(own)?.has(socket) !== true;
    const isLed = backend.address !== address;
    if (then.has(own)) return isLed;
    const nodePort = placeOf({ port });
    const [led, wasLed] = [now.get(nodePort), then.has(nodePort)];
    if (isLed) return led === undefined ? wasLed : !led.has(socket);
    // Anybody's flow to a port of that number, unless it began before the node port led anywhere.
    return before !== undefined && led !== undefined && !wasLed;
  };
  const deletions = new Map<string, readonly string[]>();
  for (const line of listed.split("\n")) {
    const flow = flowOf(line);
    if (flow === undefined || !isStale(flow)) continue;
    const { address, port, backend } = flow;
    const isGone = backend.address !== address && !remaining.has(backend.address);
    const words = isGone
      ? ["--dst-nat", backend.address]
      : [
          ...["-d", address, "--dport", String(port)],
          ...["--reply-src", backend.address, "--reply-port-src", String(backend.port)],
        ];
    deletions.set(words.join(" "), words);
  }
  const family = after.family === 6 ? "ipv6" : "ipv4";
  return [...deletions.values()].map((words) => ["-D", "-f", family, "-p", "udp", ...words]);
}
