/**
 * Commits of many requests that go to the store together, if the requests and the store's object share an isolate
 * (docs/decisions/0010). A call between objects costs about as much CPU as everything that the store does for a commit.
 */
import type { CommitRequest, CommitResult } from "./store.ts";

/** One commit on its way. The first of `resolve` and `fail` counts. */
export interface Submitted {
  readonly request: CommitRequest;
  readonly resolve: (result: CommitResult) => void;
  readonly fail: (error: unknown) => void;
}

/**
 * After this long, a call from which nothing was taken may have ended with the request that made it: a client that
 * leaves ends its request at any moment, and the platform does not report it.
 */
const LOST_MS = 100;

export class CommitLane {
  #waiting: Submitted[] = [];
  readonly #taken = new Set<Submitted>();
  /** The call that will take what is waiting. */
  #called: { readonly at: number } | undefined;

  submit(submitted: Submitted): void {
    this.#waiting.push(submitted);
  }

  /**
   * Calls the object so that it {@link take}s what is waiting, unless such a call is under way; used by submitters, and
   * again by those that keep waiting. The caller awaits the returned promise until the call is over.
   */
  call(now: number, make: () => Promise<void>): Promise<void> | undefined {
    if (this.#waiting.length + this.#taken.size === 0) return undefined;
    if (this.#called && now - this.#called.at < LOST_MS) return undefined;
    const called = { at: now };
    this.#called = called;
    return make().catch((error: unknown) => this.#broken(called, error));
  }

  /** Takes what is waiting, in order; later submitters make another call. */
  take(): readonly Submitted[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#called = undefined;
    for (const each of taken) this.#taken.add(each);
    return taken;
  }

  /** It has been answered, or has failed. */
  done(submitted: Submitted): void {
    this.#taken.delete(submitted);
  }

  /** Nobody waits for it any more: if it was not taken yet, it is never written. */
  withdraw(submitted: Submitted): void {
    this.#taken.delete(submitted);
    this.#waiting = this.#waiting.filter((each) => each !== submitted);
  }

  /** Another object takes from now on. */
  begin(): void {
    this.#fail([...this.#taken], new Error("the store has begun again"));
  }

  /** The object ended, with everything that it had taken: it is unknown what of that was written. */
  #broken(called: { readonly at: number }, error: unknown): void {
    this.#fail([...this.#taken, ...(this.#called === called ? this.take() : [])], error);
  }

  #fail(lost: readonly Submitted[], error: unknown): void {
    this.#taken.clear();
    for (const { fail } of lost) fail(error);
  }
}
