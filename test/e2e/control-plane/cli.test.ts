import { spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer as serveTls } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAuthority, createServingCertificate } from "../../../cli/control-plane/certificates.ts";
import { temporaryDirectory } from "../../temporary-directory.ts";
import { Cluster, launcher } from "../rig/cluster.ts";
import { type Outcome, runCommand } from "../rig/run-command.ts";

const scratch = temporaryDirectory();

const sailplane = (...words: string[]): Promise<Outcome> =>
  runCommand([process.execPath, launcher, ...words], { seconds: 20 });

test("npm start stops the control plane on a signal", async () => {
  const words = ["start", "--", "--port", "0", "--no-agent", "-d", `${scratch}/npm`];
  const npm = spawn("npm", words, { cwd: join(import.meta.dirname, "../../.."), detached: true });
  let messages = "";
  npm.stdout.on("data", (chunk) => {
    messages += chunk;
  });
  await expect.poll(() => messages, { timeout: 20_000 }).toContain("Ctrl-C ends it");
  // Signals npm alone, as a supervisor does; a terminal signals the whole group.
  npm.kill("SIGTERM");
  await expect.poll(() => messages, { timeout: 10_000 }).toContain("stopped");
  expect(existsSync(`${scratch}/npm/lock`)).toBe(false);
});

test("a signal while it starts ends it without a word of what to do next, or of pods", async () => {
  const directory = `${scratch}/early`;
  const up = spawn(process.execPath, [launcher, "up", "--port", "0", "--runtime", "process", "-d", directory]);
  let messages = "";
  up.stdout.on("data", (chunk) => {
    messages += chunk;
  });
  const ended = new Promise((resolve) => up.on("exit", resolve));
  await expect.poll(() => existsSync(`${directory}/readiness.sock`), { timeout: 20_000, interval: 5 }).toBe(true);
  up.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(messages).toMatch(/^( {2}✓ control plane .*\n)?\n {2}✓ stopped +on SIGINT; the state stays in .*\n$/);
});

test("a signal while it starts ends it, however long the control plane takes to answer", async () => {
  const directory = `${scratch}/hanging`;
  const up = spawn(process.execPath, [launcher, "up", "--port", "0", "--runtime", "simulated", "-d", directory]);
  const ended = new Promise((resolve) => up.on("exit", resolve));
  const workerd = () => existsSync(`${directory}/lock`) && JSON.parse(readFileSync(`${directory}/lock`, "utf8")).child;
  await expect.poll(workerd, { timeout: 20_000, interval: 2 }).toBeTruthy();
  process.kill(workerd(), "SIGSTOP");
  up.kill("SIGTERM");
  expect(await ended).toBe(0);
});

const webhookAt = (url: string, authority: string) =>
  JSON.stringify({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "judge" },
    webhooks: [
      {
        name: "judge.example.com",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        clientConfig: { url, caBundle: Buffer.from(authority).toString("base64") },
        rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["serviceaccounts"] }],
      },
    ],
  });

/** An orphan that has ended may stay a zombie for long until its new parent reaps it. */
const hasEnded = (pid: number): boolean =>
  !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

describe("sailplane up", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ agent: false });
  });
  afterAll(() => cluster.remove());

  test("refuses a second instance in its directory", async () => {
    const { code, stderr } = await sailplane("up", "--port", "0", "-d", cluster.directory);
    expect(stderr).toMatch(/^sailplane: .* is in use by another instance \(process \d+\)\n$/);
    expect(code).toBe(1);
  });

  test("makes keys and kubeconfig readable by their owner only", () => {
    for (const file of ["kubeconfig", "ca.key", "server.key", "workerd.capnp", "encryption.keys", "lock"]) {
      expect([file, statSync(`${cluster.directory}/${file}`).mode & 0o077]).toEqual([file, 0]);
    }
  });

  test("serves only clients with the token", async () => {
    expect((await cluster.kubectl("get --raw /version")).code).toBe(0);
    const { stderr } = await cluster.kubectl("get namespaces --token=wrong");
    expect(stderr).toContain("You must be logged in to the server");
  });

  test("does not create a kubeconfig for other machines if none may connect", async () => {
    const { code, stdout, stderr } = await sailplane("kubeconfig", "--remote", "-d", cluster.directory);
    expect(stderr).toMatch(/^sailplane: this control plane listens on this machine only; .* --bind 0\.0\.0\.0.*\n$/);
    expect([code, stdout]).toEqual([1, ""]);
  });

  test("prints a systemd unit with its own arguments", async () => {
    const { stdout } = await sailplane("up", "--port", "7443", "--install", "--print", "--tls-san", "plane.lan");
    expect(stdout).toContain("Description=Sailplane control plane\n");
    expect(stdout).toMatch(/ExecStart=.*sailplane\.mjs up --port 7443 --tls-san plane\.lan\n/);
  });

  test.skipIf(!existsSync("/dev/full"))("a command whose output does not fit on the disk fails", async () => {
    const words = [process.execPath, launcher, "kubeconfig", "-d", cluster.directory];
    const { code, stderr } = await runCommand(["sh", "-c", '"$@" > /dev/full', "sh", ...words], { seconds: 20 });
    expect(stderr).toBe("sailplane: cannot write the output: no space left on the disk\n");
    expect(code).toBe(1);
  });

  test("status reports that it is ready", async () => {
    const { code, stdout } = await sailplane("status", "-d", cluster.directory);
    expect(stdout).toMatch(/^control plane {2}https:\/\/127\.0\.0\.1:\d+ is ready/);
    expect(code).toBe(0);
  });

  test("token create prints a join command with the CA's hash", async () => {
    const { stdout } = await sailplane("token", "create", "-d", cluster.directory);
    expect(stdout).toMatch(
      /^curl .* && sh sailplane-node\.sh join https:\/\/127\.0\.0\.1:\d+ --token [a-z0-9]{6}\.[a-z0-9]{16} --ca-cert-hash sha256:[0-9a-f]{64}\n$/,
    );
  });

  test("a join with another CA's hash is refused before the token is sent", async () => {
    const server = (await cluster.output("config view -o jsonpath={.clusters[0].cluster.server}")).trim();
    const hash = `sha256:${"0".repeat(64)}`;
    const { stderr } = await sailplane(
      "join",
      server,
      "--token",
      "abcdef.0123456789abcdef",
      "--ca-cert-hash",
      hash,
      "-d",
      `${scratch}/f`,
    );
    expect(stderr).toContain("no certificate it shows has the key that --ca-cert-hash names");
  });

  test("calls a webhook whose certificate has its own CA", async () => {
    const authority = createAuthority(new Date());
    const { certificate, key } = createServingCertificate(
      authority.key,
      [{ type: "ip", value: "127.0.0.1" }],
      new Date(),
    );
    const webhook = serveTls({ cert: certificate, key }, (_, response) => response.writeHead(418).end("heard"));
    await new Promise<void>((resolve) => webhook.listen(0, "127.0.0.1", resolve));
    const url = `https://127.0.0.1:${(webhook.address() as AddressInfo).port}`;
    await cluster.output("apply -f -", { input: webhookAt(url, authority.certificate) });
    const { stderr } = await cluster.kubectl("create serviceaccount judged");
    expect(stderr).toContain("the server responded with the status code 418");
    await cluster.output("delete validatingwebhookconfiguration judge");
    webhook.close();
  });

  test("restarts its control plane when it is killed", async () => {
    const workerd = cluster.workerdPid();
    process.kill(workerd, "SIGKILL");
    await expect.poll(() => cluster.kubectl("get --raw /readyz"), { timeout: 10_000 }).toMatchObject({ code: 0 });
    expect(cluster.workerdPid()).not.toBe(workerd);
  });

  test("stops the control plane left behind by a killed instance", async () => {
    const workerd = cluster.workerdPid();
    await cluster.crash({ leave: true });
    expect(process.kill(workerd, 0)).toBe(true);
    await cluster.up();
    await expect.poll(() => hasEnded(workerd), { timeout: 5000 }).toBe(true);
    expect((await cluster.kubectl("get --raw /readyz")).code).toBe(0);
  });

  test("stops cleanly on Ctrl-C", async () => {
    const workerd = cluster.workerdPid();
    expect(await cluster.down()).toBe(0);
    expect(() => process.kill(workerd, 0)).toThrow("ESRCH");
  });
});

test.each([
  "up",
  "join",
  "install",
  "leave",
  "node",
  "node status",
  "node pods",
  "node logs",
  "node update",
  "token create",
  "token rotate-admin",
  "cluster create",
  "cluster list",
  "cluster limit",
  "cluster authentication",
  "cluster rotate-admin",
  "cluster delete",
  "audit",
  "encryption",
  "encryption rotate",
  "encryption prune",
  "check",
  "backup",
  "restore",
  "kubeconfig",
  "proxy",
  "status",
  "deploy",
  "version",
])("sailplane %s --help prints usage, and what it does", async (command) => {
  const { code, stdout } = await sailplane(...command.split(" "), "--help");
  expect(stdout).toMatch(new RegExp(`^Usage: sailplane ${command}.*\\n( .*\\n)*\\n[A-Z][\\w-]+ \\w`));
  expect(code).toBe(0);
});
