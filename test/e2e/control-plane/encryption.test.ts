import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Cluster, launcher } from "../rig/cluster.ts";

const value = "correct-horse-battery-staple";

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ agent: false });
});
afterAll(() => cluster.remove());

const filesUnder = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const onDisk = () =>
  filesUnder(`${cluster.directory}/storage`).filter((file) =>
    [value, Buffer.from(value).toString("base64")].some((text) => readFileSync(file).includes(text)),
  );
const read = () => cluster.output("get secret password -o go-template={{.data.it|base64decode}}");
const encryption = (command: string) =>
  execFileSync(process.execPath, [launcher, "encryption", command, "-d", cluster.directory], { encoding: "utf8" });
const keys = () => readFileSync(`${cluster.directory}/encryption.keys`, "utf8").trim().split(",");
const restart = async () => {
  await cluster.down();
  await cluster.up();
};

test("SEAL-ROTATE, SEAL-LOST: a Secret is in no storage file in plain text, survives key rotation, and cannot be read without its key", async () => {
  await cluster.output(`create secret generic password --from-literal=it=${value}`);
  expect(await read()).toBe(value);
  await cluster.down();
  expect(onDisk()).toEqual([]);
  await cluster.up();

  const [old] = keys();
  encryption("rotate");
  expect(keys()).toHaveLength(2);
  expect(() => encryption("prune")).toThrow("restart it");
  await restart();
  encryption("prune");
  expect(keys()).toHaveLength(1);
  expect(keys()).not.toEqual([old]);
  await restart();
  expect(await read()).toBe(value);

  // A backup of the storage alone, restored where another key was created.
  await cluster.down();
  rmSync(`${cluster.directory}/encryption.keys`);
  await expect(cluster.up()).rejects.toThrow(
    /ended with 1: .*did not start: what it keeps is encrypted with key \d+, /,
  );
  await cluster.up(["--despite-lost-key"]);
  const { stderr } = await cluster.kubectl("get secret password");
  expect(stderr).toMatch(/sealed with encryption key \d+, which this deployment does not have/);
  expect((await cluster.kubectl("get namespaces")).code).toBe(0);
});
