/** What a store needs of its event loop: the clock, later turns, and a signal that writes are on disk. */
export interface Turns {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Runs the callback in a later turn, after the requests that have already arrived. */
  readonly later: (run: () => void) => void;
  /** Runs the callback after this many milliseconds; returns a function that cancels it. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** Resolves when everything committed so far is on disk. */
  readonly settled: () => Promise<void>;
}
