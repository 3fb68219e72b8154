/**
 * Watches a file or a directory. A machine has only so many watches, which other programs may have used up, and what is
 * to be watched may have been removed: whoever watches must also look from time to time.
 */
import { type FSWatcher, watch } from "node:fs";

/** Undefined: it cannot be watched. */
export function watchIfPossible(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(path, onChange).on("error", onChange);
  } catch {
    return undefined;
  }
}
