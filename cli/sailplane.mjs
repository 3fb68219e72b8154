#!/usr/bin/env node
// Starts the built CLI; builds it first in a checkout where `npm ci` has not (npm ci --ignore-scripts). The build
// writes the manifest last. A node's program (node.tgz) has neither a manifest nor scripts.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 10)) {
  console.error(`sailplane: needs Node.js 20.10 or newer, this is ${process.versions.node}`);
  process.exit(1);
}
const root = fileURLToPath(new URL("..", import.meta.url));
if (existsSync(`${root}scripts`) && !existsSync(`${root}dist/worker/manifest.json`)) {
  console.error("sailplane: building (once)");
  for (const script of ["generate.mjs", "build.mjs"]) {
    const { status } = spawnSync(process.execPath, [`${root}scripts/${script}`], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    if (status !== 0) process.exit(1);
  }
}
// What it starts runs for months beside the machine's actual work: less memory is worth more than speed (a node with 50
// pods has 84 MB instead of 140).
for (const flag of ["--optimize-for-size", "--semi-space-growth-factor=1", "--max-semi-space-size=2"])
  setFlagsFromString(flag);
await import("../dist/cli.js");
