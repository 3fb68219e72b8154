/** What a store needs of the loop that it runs in: the clock, later turns, and word that the disk has what was written. */
export interface Turns {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Runs the callback in a later turn of the loop, after the requests that are already there. */
  readonly later: (run: () => void) => void;
  /** Runs the callback after so many milliseconds; answers how to call it off. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** Resolves when all that was committed so far is on disk. */
  readonly settled: () => Promise<void>;
}
