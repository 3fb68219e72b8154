/**
 * The real work of a run, in contrast to its cost. By cel-go's count, which decides about errors, some operations cost
 * next to nothing however much they process. kube-apiserver has a goroutine for each request; here, all requests share
 * one thread.
 */
import { CelError } from "./cel-error.ts";

/** Values visited: about a second. Comparing two objects of the maximum request size takes a third of it. */
const MAX_WORK = 10_000_000;
/** A text longer than three requests is of no use to anybody. */
const MAX_LENGTH = 10_000_000;

let left = Number.POSITIVE_INFINITY;

/** For a run that cost less by cel-go's count, this much of its work is charged to the budget of the request. */
const OF_A_COST = 10;

/**
 * `done` receives the cost equivalent of the work. The computation of a variable within a run is counted separately.
 */
export function withinWork<T>(run: () => T, done?: (cost: number) => void): T {
  const outer = left;
  left = MAX_WORK;
  try {
    return run();
  } finally {
    done?.(Math.ceil((MAX_WORK - left) / OF_A_COST));
    left = outer;
  }
}

/** Throws if a run has done too much. */
export function work(units: number): void {
  left -= units;
  if (left < 0) throw new CelError("operation cancelled: too much is gone through");
}

/** The same for characters and items that are read, which is faster. */
export const workOnItems = (length: number): void => work(length >> 3);

/** Throws for a text that would become too long. */
export function requireShort(length: number): void {
  if (length > MAX_LENGTH) throw new CelError("operation cancelled: the text is too long");
}
