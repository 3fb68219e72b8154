/** Continually probes the other nodes by each possible way, and so determines which way to use. */
import { randomBytes } from "node:crypto";
import { chooseWay, observe, type PathHealth, UNPROBED, type Way } from "./choose-way.ts";
import { type NetworkKey, sharedSecret } from "./network-key.ts";
import { bridgeOf, type Peer } from "./peer.ts";
import { type ProbedWay, parseProbe, probeKey, renderProbe } from "./probe-message.ts";

const EVERY_MS = 1000;
/** Per peer: the more there are, the less often each is probed, and a node is never busy with it. */
const SHARE_MS = 20;

export interface ProberOptions {
  readonly own: string;
  readonly key: NetworkKey;
  readonly send: (message: Buffer, by: ProbedWay, peer: Peer) => void;
  /** The ways to use have changed. */
  readonly onChange: () => void;
}

export interface PeerToProbe {
  readonly peer: Peer;
  readonly isNeighbour: boolean;
}

interface OpenProbe {
  readonly id: Buffer;
  responded: boolean;
}

interface State {
  request: PeerToProbe;
  /** Undefined: it does not probe, and every way to it is presumed good. */
  readonly key: Buffer | undefined;
  readonly health: Record<ProbedWay, PathHealth>;
  readonly open: Partial<Record<ProbedWay, OpenProbe>>;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #states = new Map<string, State>();
  #ways = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#later();
  }

  follow(all: readonly PeerToProbe[]): void {
    const names = new Set(all.map(({ peer }) => peer.name));
    for (const name of this.#states.keys()) if (!names.has(name)) this.#states.delete(name);
    for (const request of all) {
      const { name, address, publicKey } = request.peer;
      const known = this.#states.get(name);
      const isSame = known?.request.peer.publicKey === publicKey && known?.request.peer.address === address;
      if (known !== undefined && isSame) known.request = request;
      else
        this.#states.set(name, {
          request,
          key: this.#keyWith(publicKey),
          health: { route: UNPROBED, vxlan: UNPROBED },
          open: {},
        });
    }
    this.#ways = this.#textOfWays();
  }

  wayTo(name: string): Way {
    const state = this.#states.get(name);
    if (state === undefined) return "route";
    const { isNeighbour, peer } = state.request;
    if (peer.address === undefined && state.key !== undefined) return "relay";
    return chooseWay({ isNeighbour, ...state.health });
  }

  receive(message: Buffer): void {
    const probe = parseProbe(message, (node) => this.#states.get(node)?.key);
    const state = probe && this.#states.get(probe.from);
    if (probe === undefined || state?.key === undefined) return;
    if (probe.kind === "ask") {
      const { peer, isNeighbour } = state.request;
      // An answer to a probe by a way that does not lead back would take another, and make this one seem good.
      if (probe.way === "route" && !isNeighbour) return;
      const answer = { ...probe, kind: "answer", from: this.#options.own } as const;
      this.#options.send(renderProbe(answer, state.key), probe.way, peer);
      return;
    }
    const sent = state.open[probe.way];
    if (sent?.responded === false && sent.id.equals(probe.id)) sent.responded = true;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #keyWith(publicKey: string | undefined): Buffer | undefined {
    const secret = publicKey === undefined ? undefined : sharedSecret(this.#options.key, publicKey);
    return secret && probeKey(secret);
  }

  #later(): void {
    const ms = Math.max(EVERY_MS, this.#states.size * SHARE_MS);
    this.#timer = setTimeout(() => {
      for (const state of this.#states.values()) this.#probe(state);
      const ways = this.#textOfWays();
      if (ways !== this.#ways) this.#options.onChange();
      this.#ways = ways;
      this.#later();
    }, ms).unref();
  }

  #probe(state: State): void {
    const { request, key, open } = state;
    if (key === undefined) return;
    const leads = {
      route: request.isNeighbour && bridgeOf(request.peer) !== undefined,
      vxlan: request.peer.address !== undefined,
    };
    for (const way of ["route", "vxlan"] as const) {
      const probe = open[way];
      if (probe !== undefined) state.health[way] = observe(state.health[way], probe.responded);
      delete open[way];
      if (!leads[way]) continue;
      const id = randomBytes(8);
      open[way] = { id, responded: false };
      this.#options.send(renderProbe({ kind: "ask", way, from: this.#options.own, id }, key), way, request.peer);
    }
  }

  #textOfWays(): string {
    return [...this.#states.keys()].map((name) => `${name}=${this.wayTo(name)}`).join(" ");
  }
}
