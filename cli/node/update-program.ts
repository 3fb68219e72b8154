/** Updates the program of a node, as installed by node.sh, to the version of its control plane. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { NODE_SCRIPT } from "../../client/bootstrap-token.ts";
import { callApi, explainUnreachable } from "../call-api.ts";
import { CliError } from "../cli-error.ts";
import { readKubeconfig } from "../kubeconfig.ts";

/** `PREFIX/lib/sailplane`, the npm package, or a clone of the repository. */
const root = fileURLToPath(new URL("..", import.meta.url));

/** The connection of the node in that directory is trusted: its CA was checked when the node joined. */
export async function updateProgram(directory: string): Promise<void> {
  if (existsSync(join(root, "scripts")))
    throw new CliError("this is a clone of the repository: git pull && npm ci updates it");
  if (existsSync(join(root, "dist/worker"))) throw new CliError("this is the npm package: npm updates it");
  const { server, ca } = readKubeconfig(directory);
  const caller = { server, ...(ca && { ca }) };
  const { status, text } = await explainUnreachable(caller, callApi(caller, { method: "GET", path: NODE_SCRIPT }));
  if (status !== 200) throw new CliError(`${server} serves no node program: is it an older version?`);
  const installed = spawnSync("sh", ["-s", "--", server], {
    input: text,
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, SAILPLANE_PREFIX: resolve(root, "../..") },
  });
  if (installed.status !== 0) throw new CliError("the program was not changed");
}
