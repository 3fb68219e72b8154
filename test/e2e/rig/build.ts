import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Tests run what users start: bundles, built from the current sources. */
export default function setup(): void {
  const root = join(import.meta.dirname, "../../..");
  for (const script of ["scripts/generate.mjs", "scripts/build.mjs"]) {
    execFileSync(process.execPath, [script], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }
}
