/** A temporary directory for one run of the unit tests, removed afterwards: nothing that they leave there is needed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Tests find it in their environment. It contains sockets, whose paths must be short. */
export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "sailplane-"));
  process.env.TMPDIR = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
