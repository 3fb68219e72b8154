import { type Dir, opendirSync } from "node:fs";
import { join } from "node:path";

/** Read at a time: there may be any number. */
const AT_ONCE = 500;

/** The paths of what is in a directory, one by one; none if it is gone. Throws if it cannot be read. */
export function* entriesOf(directory: string): Generator<string> {
  const handle = opened(directory);
  if (handle === undefined) return;
  try {
    for (let entry = handle.readSync(); entry !== null; entry = handle.readSync()) yield join(directory, entry.name);
  } finally {
    handle.closeSync();
  }
}

function opened(directory: string): Dir | undefined {
  try {
    return opendirSync(directory, { bufferSize: AT_ONCE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
