/** Which relays carry watches for a store that has as many as one object should hold (docs/decisions/0012). Pure. */

export class RelayDirectory {
  readonly #most: number;
  /** How many watches each relay holds: what it last reported, plus those sent there since. */
  readonly #relays = new Map<number, { watches: number }>();

  /** `most`: watches per object. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a store that holds this many itself should take no more. */
  isFull(own: number): boolean {
    return own >= this.#most;
  }

  /** The number of watches that relays hold in all. */
  get held(): number {
    return [...this.#relays.values()].reduce((sum, { watches }) => sum + watches, 0);
  }

  /** Picks the relay for one more watch: the first that has room. */
  next(): number {
    let relay = 0;
    while ((this.#relays.get(relay)?.watches ?? 0) >= this.#most) relay++;
    const { watches = 0 } = this.#relays.get(relay) ?? {};
    this.holds(relay, watches + 1);
    return relay;
  }

  holds(relay: number, watches: number): void {
    const known = this.#relays.get(relay);
    if (known) known.watches = watches;
    else this.#relays.set(relay, { watches });
  }

  /**
   * A relay follows the store and holds this many watches; more may be on their way to it. Returns how to detach it,
   * which does nothing if it has attached again since.
   */
  attach(relay: number, watches: number): () => void {
    const attached = { watches: Math.max(watches, this.#relays.get(relay)?.watches ?? 0) };
    this.#relays.set(relay, attached);
    return () => {
      if (this.#relays.get(relay) === attached) this.#relays.delete(relay);
    };
  }
}
