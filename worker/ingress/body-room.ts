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
  bytes: number;
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

export class BodyRoom {
  readonly #most: number;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #held = new Set<HeldBody>();
  #bytes = 0;

  /** `most`: bytes. `now` returns milliseconds. */
  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** For a body of that length; undefined if there is no room. One of unknown length begins with 0 bytes, and grows. */
  enter(bytes: number): HeldBody | undefined {
    if (!this.#makeRoom(bytes)) return undefined;
    const held = new HeldBody(bytes, this.#now());
    this.#held.add(held);
    this.#bytes += bytes;
    return held;
  }

  /** Returns whether there is room for it. */
  grow(held: HeldBody, bytes: number): boolean {
    // It may have had to make room for itself.
    if (!this.#makeRoom(bytes) || held.isLost) return false;
    held.bytes += bytes;
    this.#bytes += bytes;
    return true;
  }

  leave(held: HeldBody): void {
    if (this.#held.delete(held)) this.#bytes -= held.bytes;
  }

  #makeRoom(bytes: number): boolean {
    for (const held of this.#held) {
      if (this.#bytes + bytes <= this.#most) break;
      const age = this.#now() - held.since;
      if (age < COMING_MS) break;
      if (held.isComing || age >= LONGEST_MS) this.#lose(held);
    }
    return this.#bytes + bytes <= this.#most;
  }

  #lose(held: HeldBody): void {
    this.leave(held);
    held.lose();
  }
}
