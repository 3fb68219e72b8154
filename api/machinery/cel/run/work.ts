/**
 * What a run really does, beside what it costs. By cel-go's count, which refusals must follow, some operations cost next to
 * nothing however much they go through; kube-apiserver has a thread for each request, and here all share one.
 */
import { CelError } from "./cel-error.ts";

/** Values that are looked at: a second or so. Two objects as large as a request can be are compared with a third of it. */
const MOST = 10_000_000;
/** A text longer than three requests is of no use to anybody. */
const LONGEST = 10_000_000;

let left = Number.POSITIVE_INFINITY;

/** Of a run that cost less by cel-go's count, so much is taken of what all runs of a request may cost together. */
const OF_A_COST = 10;

/** `done` hears the cost that the work comes to. Within a run that computes a variable another one counts for itself. */
export function withinWork<T>(run: () => T, done?: (cost: number) => void): T {
  const outer = left;
  left = MOST;
  try {
    return run();
  } finally {
    done?.(Math.ceil((MOST - left) / OF_A_COST));
    left = outer;
  }
}

/** Throws where a run has done too much. */
export function work(units: number): void {
  left -= units;
  if (left < 0) throw new CelError("operation cancelled: too much is gone through");
}

/** The same of characters and items that are read, which is quicker done. */
export const workOnItems = (length: number): void => work(length >> 3);

/** Throws for a text that would be too long to be made. */
export function requireShort(length: number): void {
  if (length > LONGEST) throw new CelError("operation cancelled: the text is too long");
}
