/**
 * How many streams that are joined to a client's connection a client may have at this node (rule FAIR-STREAM). Only the
 * node learns when one ends: the platform moves their messages, and does not notice that a client has left while nothing
 * is sent.
 */
import { steadyNow } from "../steady-now.ts";
import { Refusal } from "./refusal.ts";
import type { Tunnel } from "./tunnel.ts";

const OF_CLIENT = 300;
/** One that was used since is not closed for another. */
const YOUNG_MS = 10_000;
const POLICY_VIOLATION = 1008;

export class JoinedStreams {
  readonly #open = new Map<string, Set<Tunnel>>();
  readonly #now: () => number;

  /** `now`: monotonic milliseconds. */
  constructor(now = steadyNow) {
    this.#now = now;
  }

  /** Closes the client's stream that was unused for longest if there are too many, or refuses another one. */
  requireRoom(client: string): void {
    const tunnels = [...(this.#open.get(client) ?? [])];
    if (tunnels.length < OF_CLIENT) return;
    const idlest = tunnels.reduce((a, b) => (b.usedAt < a.usedAt ? b : a));
    if (this.#now() - idlest.usedAt < YOUNG_MS)
      throw new Refusal(429, "TooManyRequests", "the client has opened too many streams");
    idlest.close(POLICY_VIOLATION);
    this.#leave(client, idlest);
  }

  enter(client: string, tunnel: Tunnel): void {
    this.#open.set(client, (this.#open.get(client) ?? new Set()).add(tunnel));
    tunnel.signal.addEventListener("abort", () => this.#leave(client, tunnel));
  }

  #leave(client: string, tunnel: Tunnel): void {
    const tunnels = this.#open.get(client);
    tunnels?.delete(tunnel);
    if (tunnels?.size === 0) this.#open.delete(client);
  }
}
