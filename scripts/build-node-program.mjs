// The program of a node, for machines without a clone of this repository: dist/dashboard/node.tgz, and node.sh, which
// installs it. The control plane serves both (worker/http/nodes/node-program.ts).
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The compressed size limit: a node on a slow line fetches it before it can join. */
const LIMIT = 600_000;

/** `programs` are the files in dist/ that run on Node.js. */
export function buildNodeProgram({ root, dist, version, programs }) {
  const tree = mkdtempSync(join(tmpdir(), "sailplane-build-"));
  try {
    // Every user of the machine may ask the node how it is.
    chmodSync(tree, 0o755);
    mkdirSync(`${tree}/cli`);
    cpSync(`${root}cli/sailplane.mjs`, `${tree}/cli/sailplane.mjs`);
    for (const file of programs) cpSync(`${dist}/${file}`, `${tree}/dist/${file}`);
    writeFileSync(`${tree}/package.json`, `${JSON.stringify({ name: "sailplane", version, type: "module" })}\n`);
    const archive = `${dist}/dashboard/node.tgz`;
    execFileSync("tar", ["-czf", archive, "-C", tree, "."]);
    const bytes = readFileSync(archive);
    if (bytes.length > LIMIT) throw new Error(`the node's program has ${bytes.length} bytes, and may have ${LIMIT}`);
    const digest = createHash("sha256").update(bytes).digest("hex");
    const script = readFileSync(`${root}cli/join/node-program.sh`, "utf8");
    writeFileSync(`${dist}/dashboard/node.sh`, script.replace("@DIGEST@", digest).replace("@VERSION@", version));
    return bytes.length;
  } finally {
    rmSync(tree, { recursive: true });
  }
}
