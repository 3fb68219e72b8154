import { readFileSync } from "node:fs";
import { request } from "node:https";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseBackupObject } from "../../../api/backup.ts";
import { verifyBackup } from "../../../cli/backup/backup-file.ts";
import { readKubeconfig } from "../../../cli/kubeconfig.ts";
import { CLUSTER_SETTINGS, CLUSTERS, NODE_CREDENTIALS } from "../../../worker/policy/internal-resources.ts";
import { Cluster, launcher } from "../rig/cluster.ts";
import { type Outcome, runCommand } from "../rig/run-command.ts";

let source: Cluster;
let target: Cluster;
let file: string;
beforeAll(async () => {
  source = await Cluster.start({ agent: false });
  // A backup does not depend on how objects are distributed over stores.
  target = await Cluster.start({ options: ["--shards", "events,leases"] });
  file = `${source.directory}/backup.jsonl`;
});
afterAll(async () => {
  await source.remove();
  await target.remove();
});

const sailplane = (...words: string[]): Promise<Outcome> =>
  runCommand([process.execPath, launcher, ...words], { seconds: 30 });

function call(cluster: Cluster, path: string, method: string, body: string): Promise<{ status: number; text: string }> {
  const { server, token, ca } = readKubeconfig(cluster.directory);
  return new Promise((resolve, reject) => {
    const requested = request(`${server}/sailplane/v1/store/${path}`, {
      method,
      ...(ca && { ca }),
      headers: { authorization: `Bearer ${token}` },
    });
    requested.once("error", reject);
    requested.once("response", async (response) => {
      const text = (await response.setEncoding("utf8").toArray()).join("");
      resolve({ status: response.statusCode ?? 0, text });
    });
    requested.end(body);
  });
}

test("STORE-CHECK: check reports that the store is consistent", async () => {
  const { code, stdout } = await sailplane("check", "-d", source.directory);
  expect(stdout).toMatch(/^store {4}\d+ objects at revision \d+\nhistory {2}.*\nsound /);
  expect(code).toBe(0);
});

test("RESTORE-STATE, RESTORE-FRESH, BACKUP-LEFT-OUT: a new cluster gets the state of the backup, including identities", async () => {
  await source.output("create namespace shop");
  await source.output("create secret generic key -n shop --from-literal=password=x");
  await source.output("create deployment web -n shop --image=nginx --replicas=2");
  await source.output("rollout status deployment/web -n shop --watch=false");
  const uid = await source.output("get secret key -n shop -o jsonpath={.metadata.uid}");
  expect((await sailplane("backup", file, "-d", source.directory)).stdout).toMatch(/objects at revision/);
  const backedUp = readFileSync(file, "utf8")
    .split("\n")
    .map(parseBackupObject)
    .filter((object) => object !== undefined);
  const resources = new Set(backedUp.map(([resource]) => resource));
  expect([CLUSTER_SETTINGS, CLUSTERS, NODE_CREDENTIALS].filter((resource) => resources.has(resource))).toEqual([]);
  expect(resources).toContain("secrets");
  // A new cluster has this by itself, as soon as it has a node.
  await expect.poll(() => target.output("get storageclasses -o name")).toBe("storageclass.storage.k8s.io/local\n");
  const { stdout, stderr } = await sailplane("restore", file, "-d", target.directory);
  expect(stderr).toBe("");
  expect(stdout).toMatch(/restored .* created/);
  expect(await target.output("get secret key -n shop -o jsonpath={.metadata.uid}")).toBe(uid);
  await target.output("wait --for=jsonpath={.status.replicas}=2 -n shop deployment/web --timeout=20s");
  expect((await sailplane("check", "-d", target.directory)).stdout).toContain("sound");
});

test("RESTORE-FRESH: a cluster with objects is replaced only if forced", async () => {
  await target.output("create namespace mine");
  const { code, stderr } = await sailplane("restore", file, "-d", target.directory);
  expect(stderr).toMatch(/the cluster is not empty \(.*\): to lose all that it holds, say --force/);
  expect(code).toBe(1);
  expect((await target.kubectl("get namespace mine")).code).toBe(0);
  expect((await sailplane("restore", file, "--force", "-d", target.directory)).code).toBe(0);
  expect((await target.kubectl("get namespace mine")).stderr).toContain("NotFound");
});

test("RESTORE-STAGED: a partial upload is not visible, survives a crash, and can be resumed", async () => {
  await target.output("delete secret key -n shop");
  const { head, sha256 } = await verifyBackup(file);
  const lines = readFileSync(file, "utf8")
    .split("\n")
    .slice(1, 1 + (head.objects >> 1));
  await call(target, `restores/${sha256}`, "POST", '{"force":true}');
  await call(target, `restores/${sha256}?from=0`, "PUT", lines.join("\n"));
  const early = await call(target, `restores/${sha256}/commit`, "POST", `{"objects":${head.objects},"force":true}`);
  expect(early).toMatchObject({ status: 409, text: expect.stringContaining(`${lines.length} of ${head.objects}`) });
  await target.crash();
  await target.up();
  expect((await target.kubectl("get secret key -n shop")).stderr).toContain("NotFound");
  const { stdout } = await sailplane("restore", file, "--force", "-d", target.directory);
  expect(stdout).toContain(`${head.objects - lines.length} objects, ${lines.length} were there`);
  expect((await target.kubectl("get secret key -n shop")).code).toBe(0);
});

test("RESTORE-TIME: going back in time is refused by name if the platform keeps no history", async () => {
  const { code, stderr } = await sailplane("restore", "--at", "2026-01-01T00:00:00Z", "-d", target.directory);
  expect(stderr).toMatch(/^sailplane: 501: .*on Cloudflare only/);
  expect(code).toBe(1);
});

test("BACKUP-RIGHT: only administrators may read all secrets, or replace everything", async () => {
  for (const path of ["check", "backup", "restores/x"]) {
    const raw = `get --raw /sailplane/v1/store/${path} --as=system:serviceaccount:shop:default`;
    expect((await source.kubectl(raw)).stderr).toContain(`cannot get path "/sailplane/v1/store/${path}"`);
  }
});

test("SHARD-SETTING: a cluster does not start with other shards than it was created with", async () => {
  expect(await target.down()).toBe(0);
  await expect(target.up(["--shards", "events"])).rejects.toThrow("start it with --shards events,leases");
  await target.up();
  expect(await target.output("get secret key -n shop -o jsonpath={.data.password}")).toBe("eA==");
});
