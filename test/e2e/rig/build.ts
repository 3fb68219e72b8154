import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What is tested is what users start: the bundles, of the sources as they are now. */
export default function setup(): void {
  const root = join(import.meta.dirname, "../../..");
  for (const script of ["scripts/generate.mjs", "scripts/build.mjs"]) {
    execFileSync(process.execPath, [script], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }
}
