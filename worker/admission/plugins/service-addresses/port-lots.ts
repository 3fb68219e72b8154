/** Which node ports are given to a Service that chose none (registry/core/service/portallocator). */
import { NODE_PORTS } from "../../../../api/resources/core/service/service-node-ports.ts";

/** The first ports of the range are left to users who choose theirs, while there are others: min(max(16, size / 32), 128). */
const FIRST_DRAWN = NODE_PORTS.first + Math.floor((NODE_PORTS.last - NODE_PORTS.first + 1) / 32);

/** Each port is drawn once. */
export class PortLots {
  readonly #drawn: number[] = [];
  readonly #reserved: number[] = [];
  readonly #random: (below: number) => number;

  constructor(taken: Iterable<number>, random: (below: number) => number) {
    this.#random = random;
    const all = new Set(taken);
    for (let port = NODE_PORTS.first; port <= NODE_PORTS.last; port++)
      if (!all.has(port)) (port < FIRST_DRAWN ? this.#reserved : this.#drawn).push(port);
  }

  /** Undefined if all are taken. */
  draw(): number | undefined {
    const lots = this.#drawn.length > 0 ? this.#drawn : this.#reserved;
    const [port] = lots.splice(this.#random(lots.length), 1);
    return port;
  }
}
