/**
 * Commits of many requests that go to the store together, where the requests and the store's object share an isolate
 * (docs/decisions/0010). A call between objects costs about as much CPU as all that the store does for a commit.
 */
import type { CommitRequest, CommitResult } from "./store.ts";

/** One commit on its way. The first of `answer` and `fail` counts. */
export interface Submitted {
  readonly request: CommitRequest;
  readonly answer: (result: CommitResult) => void;
  readonly fail: (error: unknown) => void;
}

export class CommitLane {
  #waiting: Submitted[] = [];
  readonly #taken = new Set<Submitted>();
  /** The call that will take what waits. */
  #called: Promise<void> | undefined;

  /**
   * `call` has the object {@link take} what waits, and ends when that is {@link done}. It is made by the first who waits, and
   * answered to whoever made it, so that he sees it to its end.
   */
  submit(submitted: Submitted, call: () => Promise<void>): Promise<void> | undefined {
    this.#waiting.push(submitted);
    if (this.#called) return undefined;
    const called: Promise<void> = call().catch((error: unknown) => this.#broken(called, error));
    this.#called = called;
    return called;
  }

  /** What waits, in the order in which it came; who comes from now on makes a call again. */
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

  /** The object ended, and what it had taken with it: nobody knows what of that was written. */
  #broken(called: Promise<void>, error: unknown): void {
    const lost = [...this.#taken, ...(this.#called === called ? this.take() : [])];
    this.#taken.clear();
    for (const { fail } of lost) fail(error);
  }
}
