/**
 * The suffixes of events' names: nanoseconds in hex, strictly increasing. Events are listed by name, and so in order.
 */
export class EventStamps {
  #last = 0n;

  /** `now`: ms since the epoch. */
  next(now: number): string {
    const stamp = BigInt(Math.floor(now)) * 1_000_000n;
    this.#last = stamp > this.#last ? stamp : this.#last + 1n;
    return this.#last.toString(16);
  }
}
