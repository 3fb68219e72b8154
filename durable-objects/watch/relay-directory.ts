/** Which relays carry watches of a store that has as many as one object should hold (docs/decisions/0012). Pure. */

export class RelayDirectory {
  readonly #most: number;
  /** How many watches each holds, as it last said, and as many as were sent there since. */
  readonly #relays = new Map<number, { watches: number }>();

  /** `most`: watches of one object. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether a store that holds so many itself should take no more. */
  isFull(own: number): boolean {
    return own >= this.#most;
  }

  /** How many the relays hold together. */
  get held(): number {
    return [...this.#relays.values()].reduce((sum, { watches }) => sum + watches, 0);
  }

  /** The relay for one more: the first that has room. */
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
   * A relay follows the store, and holds so many; those that were sent there may be on their way. Answers how it ceases to:
   * unless it has come again meanwhile.
   */
  attach(relay: number, watches: number): () => void {
    const attached = { watches: Math.max(watches, this.#relays.get(relay)?.watches ?? 0) };
    this.#relays.set(relay, attached);
    return () => {
      if (this.#relays.get(relay) === attached) this.#relays.delete(relay);
    };
  }
}
