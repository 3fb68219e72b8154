/**
 * Room for the bodies of requests to public hosts, which anybody may send, and of which nothing is passed on before all
 * is there (rule INGRESS-BODIES). One that does not come makes room for another.
 */

/** A body may take so long to come while others want its room (ms). */
const COMING_MS = 10_000;
/** Longer than a body may come and its pod may think (ms): who has not left by then has ended without being able to. */
const LONGEST_MS = 900_000;

/** A body's place, to be left once the body is no longer needed. */
export class HeldBody {
  /** The room that it takes. */
  bytes: number;
  /** What has come of a body of unknown length. */
  came = 0;
  /** ms since the epoch. */
  readonly since: number;
  isComing = true;
  isLost = false;
  /** Resolved, possibly by another request, when it must make room. */
  readonly lost: Promise<void>;
  #lose = () => {};

  constructor(bytes: number, since: number) {
    this.bytes = bytes;
    this.since = since;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  lose(): void {
    this.isLost = true;
    this.#lose();
  }
}

export interface BodyRoomOptions {
  /** Bytes of all bodies. */
  readonly most: number;
  /** Bytes that a body may have. */
  readonly each: number;
  /** Bytes of a body of unknown length that take no more room than themselves. */
  readonly short: number;
  /** Returns milliseconds. */
  readonly now: () => number;
}

export class BodyRoom {
  readonly #options: BodyRoomOptions;
  /** The oldest first. */
  readonly #held = new Set<HeldBody>();
  #bytes = 0;

  constructor(options: BodyRoomOptions) {
    this.#options = options;
  }

  /** For a body of that length; undefined if there is no room. One of unknown length begins with 0 bytes, and grows. */
  enter(bytes: number): HeldBody | undefined {
    if (!this.#makeRoom(bytes)) return undefined;
    const held = new HeldBody(bytes, this.#options.now());
    this.#held.add(held);
    this.#bytes += bytes;
    return held;
  }

  /**
   * Returns whether there is room for so much more of it. Once it is not short, it takes the room of the longest body at
   * once: bodies that each had a part of it, and waited for the others', would all go without.
   */
  grow(held: HeldBody, bytes: number): boolean {
    const { each, short } = this.#options;
    const came = held.came + bytes;
    const wanted = came <= short ? came : each;
    const more = Math.max(0, wanted - held.bytes);
    // It may have had to make room for itself.
    if (!this.#makeRoom(more) || held.isLost) return false;
    held.came = came;
    this.#resize(held, held.bytes + more);
    return true;
  }

  /** All of it is there. */
  arrived(held: HeldBody, bytes: number): void {
    held.isComing = false;
    if (this.#held.has(held)) this.#resize(held, bytes);
  }

  leave(held: HeldBody): void {
    if (this.#held.delete(held)) this.#bytes -= held.bytes;
  }

  #resize(held: HeldBody, bytes: number): void {
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
  }

  #makeRoom(bytes: number): boolean {
    const { most, now } = this.#options;
    for (const held of this.#held) {
      if (this.#bytes + bytes <= most) break;
      const age = now() - held.since;
      if (age < COMING_MS) break;
      if (held.isComing || age >= LONGEST_MS) this.#lose(held);
    }
    return this.#bytes + bytes <= most;
  }

  #lose(held: HeldBody): void {
    this.leave(held);
    held.lose();
  }
}
