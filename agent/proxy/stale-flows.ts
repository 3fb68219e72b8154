/**
 * UDP clients that keep their socket would be routed to a former backend for as long as the kernel tracks the flow: the
 * flows to delete, as arguments of `conntrack`. Each call of it goes through all flows of the machine, so only what is
 * tracked is deleted, and all flows at one place to one backend at once. As with TCP, clients stay with a backend that
 * still serves, whatever happens to the Service; if none serves, nothing is better than what they have.
 */

import type { Backend, FamilyRules, Frontend } from "./rule-set.ts";

/** The backends that serve at each frontend that has any, as sockets. By the frontend's address and port. */
type Backends = ReadonlyMap<string, ReadonlySet<string>>;

const NONE: Backends = new Map();

const socketOf = ({ address, port }: Backend): string => `${address} ${port}`;

/** Of a node port: without an address. */
const placeOf = ({ address = "", port }: Pick<Frontend, "address" | "port">): string => `${address} ${port}`;

const backendsOf = ({ frontends }: FamilyRules): Backends =>
  new Map(
    frontends
      .map((frontend) => [placeOf(frontend), new Set((frontend.serving ?? []).map(socketOf))] as const)
      .filter(([, sockets]) => sockets.size > 0)
      // Of two with the same address the first has it.
      .toReversed(),
  );

/** Whether flows may be stale after the change: those to a backend that left, and those that began before the first. */
export function mayLeaveFlows(before: FamilyRules, after: FamilyRules): boolean {
  const then = backendsOf(before);
  return [...backendsOf(after)].some(([place, sockets]) => {
    const former = then.get(place);
    return former === undefined || [...former].some((socket) => !sockets.has(socket));
  });
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
 * agent was away.
 */
export function staleFlows(listed: string, after: FamilyRules, before?: FamilyRules): string[][] {
  const [then, now] = [before === undefined ? NONE : backendsOf(before), backendsOf(after)];
  const isStale = ({ address, port, backend }: Flow): boolean => {
    const socket = socketOf(backend);
    const sockets = now.get(placeOf({ address, port }));
    if (sockets !== undefined) return !sockets.has(socket);
    const nodePort = placeOf({ port });
    const led = now.get(nodePort);
    if (led === undefined) return false;
    const isLed = backend.address !== address;
    // Anybody's flow to a port of that number, unless it began before the node port led anywhere.
    return isLed ? !led.has(socket) : before !== undefined && !then.has(nodePort);
  };
  const family = after.family === 6 ? "ipv6" : "ipv4";
  const deletions = new Map<string, readonly string[]>();
  for (const line of listed.split("\n")) {
    const flow = flowOf(line);
    if (flow === undefined || !isStale(flow)) continue;
    const { address, port, backend } = flow;
    const words = [
      ...["-d", address, "--dport", String(port)],
      ...["--reply-src", backend.address, "--reply-port-src", String(backend.port)],
    ];
    deletions.set(words.join(" "), words);
  }
  return [...deletions.values()].map((words) => ["-D", "-f", family, "-p", "udp", ...words]);
}
