import { opendirSync } from "node:fs";
import { join } from "node:path";

/** Read at a time: there may be any number. */
const AT_ONCE = 500;

/** The paths of what is in a directory, one by one; skips what is deleted meanwhile. */
export function* entriesOf(directory: string): Generator<string> {
  try {
    const handle = opendirSync(directory, { bufferSize: AT_ONCE });
    try {
      for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) yield join(directory, entry.name);
    } finally {
      handle.closeSync();
    }
  } catch {
    // The directory itself was.
  }
}
