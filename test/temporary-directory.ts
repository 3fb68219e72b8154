/** A temporary directory for one run of the tests of units, which goes with it: what they leave there is of no use to anybody. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Those who run tests have it from their environment. Sockets are in it, whose paths must be short. */
export default function setUp(): () => void {
  const directory = mkdtempSync(join(tmpdir(), "sailplane-"));
  process.env.TMPDIR = directory;
  return () => rmSync(directory, { recursive: true, force: true });
}
