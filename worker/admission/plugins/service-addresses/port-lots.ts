/** Which node ports are given to a Service that chose none (registry/core/service/portallocator). */
import { NODE_PORTS } from "../../../../api/resources/core/service/service-node-ports.ts";

/** The first ports of the range are left to users who choose theirs, while there are others: min(max(16, size / 32), 128). */
const FIRST_DRAWN = NODE_PORTS.first + Math.floor((NODE_PORTS.last - NODE_PORTS.first + 1) / 32);

/** Ports that are not `taken`, in the order in which they are drawn; fewer than `count` if no others are left. */
export function drawNodePorts(count: number, taken: Iterable<number>, random: (below: number) => number): number[] {
  const all = new Set(taken);
  const [others, reserved]: [number[], number[]] = [[], []];
  for (let port = NODE_PORTS.first; port <= NODE_PORTS.last; port++)
    if (!all.has(port)) (port < FIRST_DRAWN ? reserved : others).push(port);
  const drawn: number[] = [];
  while (drawn.length < count && others.length + reserved.length > 0) {
    const lots = others.length > 0 ? others : reserved;
    drawn.push(...lots.splice(random(lots.length), 1));
  }
  return drawn;
}
