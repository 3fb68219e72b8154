/** NODE-PROGRAM: a machine without a clone of the repository joins by the printed command alone. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { Cluster, launcher } from "../rig/cluster.ts";
import { runCommand } from "../rig/run-command.ts";

let cluster: Cluster;
/** A user's home, and the directory that it stands in. */
let home: string;
let command: string;

const inHome = (text: string, seconds = 30) =>
  runCommand(["sh", "-c", `cd ${home} && HOME=${home} ${text}`], { seconds });

beforeAll(async () => {
  cluster = await Cluster.start();
  home = temporaryDirectory();
  const printed = await runCommand([process.execPath, launcher, "token", "create", "-d", cluster.directory], {
    seconds: 20,
  });
  command = printed.stdout.trim();
});
afterAll(async () => {
  await cluster.remove();
  rmSync(home, { recursive: true, force: true });
});

test("NODE-PROGRAM: the join script downloads the program, verifies it, and joins as a node", async () => {
  const more = "--node-name far --runtime simulated --data-dir state";
  const child = spawn("sh", ["-c", `${command} ${more}`], {
    cwd: home,
    env: { ...process.env, SAILPLANE_PREFIX: `${home}/.local` },
    stdio: "ignore",
    detached: true,
  });
  try {
    await expect.poll(() => cluster.output("get nodes -o name"), { timeout: 30_000 }).toContain("node/far");
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    await ended;
  }
  const { stdout } = await inHome(".local/bin/sailplane version");
  expect(stdout).toContain("sailplane");
  const updated = await inHome(".local/bin/sailplane node update --data-dir state");
  expect(updated).toMatchObject({ code: 0, stderr: expect.stringContaining(`${home}/.local/bin/sailplane`) });
  const { code, stderr } = await inHome(".local/bin/sailplane up --port 0");
  expect([code, stderr]).toEqual([1, expect.stringContaining("a control plane needs Sailplane's npm package")]);
});

test("NODE-PROGRAM: with only the address, the script installs the program and nothing else", async () => {
  const server = /https:\/\/[^/]+/.exec(command)?.[0];
  const prefix = `${home}/other`;
  const { code, stderr } = await inHome(`SAILPLANE_PREFIX=${prefix} sh sailplane-node.sh ${server}/`);
  expect([code, stderr]).toEqual([0, expect.stringContaining(`${prefix}/bin/sailplane`)]);
  expect(existsSync(`${prefix}/lib/sailplane/dist/agent.js`)).toBe(true);
  // Others than who installed it may use it.
  expect(statSync(`${prefix}/lib/sailplane`).mode & 0o777).toBe(0o755);
});

test("NODE-PROGRAM: the script installs nothing for a command that the program does not have", async () => {
  const server = /https:\/\/[^/]+/.exec(command)?.[0];
  for (const words of [`bogus ${server}`, `${server} --token x`]) {
    const { code, stderr } = await inHome(`SAILPLANE_PREFIX=${home}/none sh sailplane-node.sh ${words}`);
    expect([code, stderr]).toEqual([1, expect.stringContaining("Run: sh sailplane-node.sh join https://ADDRESS")]);
  }
  expect(existsSync(`${home}/none`)).toBe(false);
});

test("NODE-PROGRAM: neither a changed script nor a changed program is run", async () => {
  const digest = /'([0-9a-f]{64}) /.exec(command)?.[1] ?? "";
  const forged = await inHome(command.replace(digest, "0".repeat(64)));
  expect(forged.code).not.toBe(0);
  expect(forged.stderr + forged.stdout).toContain("sailplane-node.sh: FAILED");

  const script = readFileSync(`${home}/sailplane-node.sh`, "utf8").replace(/DIGEST=.*/, `DIGEST=${"0".repeat(64)}`);
  writeFileSync(`${home}/sailplane-node.sh`, script);
  const server = /https:\/\/[^/]+/.exec(command)?.[0];
  const { code, stderr } = await inHome(`SAILPLANE_PREFIX=${home}/third sh sailplane-node.sh join ${server}`);
  expect([code, stderr]).toEqual([1, expect.stringContaining("does not match this script")]);
  expect(existsSync(`${home}/third/lib`)).toBe(false);
});
