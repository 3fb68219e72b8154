import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster, launcher } from "../rig/cluster.ts";
import { runCommand } from "../rig/run-command.ts";

let cluster: Cluster;
let node: ChildProcess | undefined;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(async () => {
  if (node?.exitCode === null && node.kill("SIGINT")) await once(node, "exit");
  await cluster.remove();
});

const sailplane = (command: string, directory: string) =>
  execFileSync(process.execPath, [launcher, ...command.split(" "), "--data-dir", directory], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
const directoryOf = (name: string) => `${cluster.directory}/clusters/${name}`;
const inside = (name: string) => ({ environment: { KUBECONFIG: `${directoryOf(name)}/kubeconfig` } });

test("a named cluster runs a deployment on its own node, separate from other clusters, until it is deleted", async () => {
  sailplane("cluster create team-a", cluster.directory);
  sailplane("cluster create team-b", cluster.directory);
  expect(sailplane("cluster limit team-b --objects 5000", cluster.directory)).toContain("objects<=5000");
  expect(sailplane("cluster list", cluster.directory)).toMatch(/\nteam-a .* <none>\nteam-b .* objects<=5000\n$/);
  const [used] = JSON.parse(sailplane("cluster list team-b --usage -o json", cluster.directory));
  expect(used).toMatchObject({ name: "team-b", usage: { objects: expect.any(Number), writes: expect.any(Number) } });

  const command = sailplane("token create", directoryOf("team-a"));
  const joining = command.slice(command.indexOf("join ")).trim().split(" ");
  const more = ["--runtime", "simulated", "--node-name", "a1", "--data-dir", `${cluster.directory}/a1`];
  node = spawn(process.execPath, [launcher, ...joining, ...more], { stdio: "ignore" });
  await cluster.output("create deployment web --image=busybox", inside("team-a"));
  await cluster.output("wait --for=condition=Available deployment/web --timeout=40s", inside("team-a"));

  expect(await cluster.output("get nodes -o name", inside("team-a"))).toBe("node/a1\n");
  expect(await cluster.output("get nodes,pods -A -o name", inside("team-b"))).toBe("");
  expect(await cluster.output("get nodes,pods -A -o name")).toBe("");
  // The node ends its pods, and leaves nothing mounted.
  await cluster.output("delete deployment web --cascade=foreground --timeout=40s", inside("team-a"));

  sailplane("cluster delete team-a --yes", cluster.directory);
  expect(sailplane("cluster list", cluster.directory)).toMatch(/^NAME .*\nteam-b /);
  // Its kubeconfig was lost; the owner of the deployment makes another one.
  rmSync(`${directoryOf("team-b")}/kubeconfig`);
  expect(sailplane("cluster rotate-admin team-b", cluster.directory)).toContain(`${directoryOf("team-b")}/kubeconfig`);
  expect(await cluster.output("auth whoami -o jsonpath={.status.userInfo.username}", inside("team-b"))).toBe("admin");
});

test("what concerns a whole control plane is refused in the directory of one of its clusters", async () => {
  sailplane("cluster create team-c", cluster.directory);
  const kubeconfig = readFileSync(`${directoryOf("team-c")}/kubeconfig`);
  for (const command of ["up --port 0 --no-agent", "cluster list", "encryption rotate"]) {
    const words = [launcher, ...command.split(" "), "-d", directoryOf("team-c")];
    const { code, stderr } = await runCommand([process.execPath, ...words], { seconds: 20 });
    expect([command, code]).toEqual([command, 1]);
    expect(stderr).toContain("is of cluster team-c alone; name the --data-dir of its control plane");
  }
  expect(readdirSync(directoryOf("team-c"))).toEqual(["kubeconfig"]);
  expect(readFileSync(`${directoryOf("team-c")}/kubeconfig`)).toEqual(kubeconfig);
});

test("AUTH-ADMIN: rotate-admin replaces the token in the kubeconfig, and the old one is invalid, even after a restart", async () => {
  const before = (await cluster.output("config view --raw -o jsonpath={.users[0].user.token}")).trim();
  sailplane("token rotate-admin", cluster.directory);
  const refused = async () => (await cluster.kubectl(`get namespaces --token=${before}`)).stderr;
  expect(await refused()).toContain("You must be logged in");
  expect(await cluster.output("get namespaces -o name")).toContain("namespace/default");
  await cluster.down();
  await cluster.up();
  expect(await refused()).toContain("You must be logged in");
  expect(await cluster.output("get namespaces -o name")).toContain("namespace/default");
});
