import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { CliError } from "../cli-error.ts";
import { DataDirectory } from "./data-directory.ts";

const scratch = temporaryDirectory();

test("a data directory is created, accessible only to its owner", () => {
  const directory = new DataDirectory(join(scratch, "new/inner"));
  directory.write("secret", "x");
  expect([directory.path, directory.file("secret")].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
  expect([directory.isNew, directory.read("secret"), directory.read("absent")]).toEqual([true, "x", undefined]);
});

test("TUNNEL-KEPT: a subdirectory is emptied of leftovers", () => {
  const directory = new DataDirectory(join(scratch, "emptied"));
  writeFileSync(join(directory.makeDirectory("storage/Tunnel"), "left.sqlite"), "");
  expect(readdirSync(directory.makeEmptyDirectory("storage/Tunnel"))).toEqual([]);
});

test("a key file is replaced atomically, accessible only to its owner", () => {
  const directory = new DataDirectory(join(scratch, "keys"));
  for (const key of ["one", "two"]) directory.writeKey("encryption.keys", key);
  expect(directory.read("encryption.keys")).toBe("two");
  expect(statSync(directory.file("encryption.keys")).mode & 0o777).toBe(0o600);
  mkdirSync(directory.file("encryption.keys.new"));
  expect(() => directory.writeKey("encryption.keys", "three")).toThrow(CliError);
  expect(directory.read("encryption.keys")).toBe("two");
});

test("an incomplete write leaves the file unchanged", () => {
  const directory = new DataDirectory(join(scratch, "whole"));
  directory.write("ca.key", "the key");
  // The place of an interrupted write.
  mkdirSync(directory.file("ca.key.new"));
  expect(() => directory.write("ca.key", "another")).toThrow(CliError);
  expect(directory.read("ca.key")).toBe("the key");
});

test("a second instance is refused until the first releases the directory", () => {
  const path = join(scratch, "locked");
  const first = new DataDirectory(path);
  expect(() => new DataDirectory(path)).toThrow(
    new CliError(`${path} is in use by another instance (process ${process.pid})`),
  );
  first.release();
  expect(new DataDirectory(path).isNew).toBe(false);
});

test("NODE-JOIN: the directory is locked even if the disk is full, until released", (context) => {
  const path = mkdtempSync(join(scratch, "full-"));
  // Root in a container may not be allowed to mount.
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", path]).status !== 0) return context.skip();
  try {
    writeFileSync(join(path, "all"), Buffer.alloc(4096));
    const directory = new DataDirectory(path);
    expect(directory.read("lock")).toBe("");
    directory.release();
    expect(directory.read("lock")).toBeUndefined();
  } finally {
    spawnSync("umount", ["-l", path]);
  }
});

test.each(["", "{", '{"pid":"x"}', '{"pid":4194304,"startedAt":"1"}', `{"pid":${process.pid},"startedAt":"another"}`])(
  "a stale lock (%s) is taken over",
  (text) => {
    const path = mkdtempSync(join(scratch, "stale-"));
    writeFileSync(join(path, "lock"), text);
    expect(new DataDirectory(path).isNew).toBe(false);
  },
);

test.skipIf(process.platform !== "linux")(
  "a process left by a killed instance is ended, if it belongs to this directory",
  async () => {
    const path = mkdtempSync(join(scratch, "orphan-"));
    const left = spawn("sleep", ["60"], { argv0: `workerd ${path}/workerd.capnp`, stdio: "ignore" });
    const others = spawn("sleep", ["60"], { stdio: "ignore" });
    const ended = new Promise((resolve) => left.once("exit", (_, signal) => resolve(signal)));
    for (const child of [others.pid, left.pid]) {
      writeFileSync(join(path, "lock"), JSON.stringify({ pid: 4194304, startedAt: "1", child }));
      new DataDirectory(path).release();
    }
    expect(await ended).toBe("SIGKILL");
    expect(others.exitCode).toBeNull();
    others.kill();
  },
);
