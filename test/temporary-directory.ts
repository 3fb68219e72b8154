/** Temporary directories of tests: one for a run of the unit tests, and in it, or alone, those that each file makes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tests find it in their environment. It contains sockets, whose paths must be short. */
export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "sailplane-"));
  process.env.TMPDIR = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}

const made = new Set<string>();

/** A new one, until the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "sailplane-"));
  made.add(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  made.clear();
}

// For a runner that ends with the last test.
process.once("exit", removeTemporaryDirectories);
