import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { isMountPoint, isOwnFileSystem, mountsBelow, parseMountTargets, unmountBelow } from "./mounts.ts";

const directory = mkdtempSync(join(tmpdir(), "sailplane mounts-"));
const canMount = process.platform === "linux" && process.getuid?.() === 0;
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it("the kernel's mount table is parsed", () => {
  expect(parseMountTargets("none / overlay rw 0 0\n/dev/vda /with\\040space ext4 rw 0 0\n")).toEqual([
    "/",
    "/with space",
    "",
  ]);
});

it.skipIf(!canMount)("a bind mount from the same disk is recognized as a mount", async () => {
  const [from, to] = [join(directory, "from"), join(directory, "to")];
  for (const path of [from, to]) mkdirSync(path, { recursive: true });
  execFileSync("mount", ["--bind", from, to]);
  expect([isMountPoint(from), isMountPoint(to)]).toEqual([false, true]);
  await unmountBelow(directory);
  mkdirSync(to, { recursive: true });
  expect(isMountPoint(to)).toBe(false);
});

it.skipIf(!canMount)("a separate file system is recognized at its mount point", async () => {
  const path = join(directory, "memory");
  mkdirSync(path, { recursive: true });
  expect(isOwnFileSystem(path)).toBe(false);
  execFileSync("mount", ["-t", "tmpfs", "tmpfs", path]);
  expect(isOwnFileSystem(path)).toBe(true);
  await unmountBelow(directory);
});

it.skipIf(!canMount)("everything mounted below a directory is unmounted, including nested mounts", async () => {
  const paths = ["a", "a/within", "b"].map((name) => join(directory, name));
  for (const path of paths) {
    mkdirSync(path, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", path]);
  }
  expect(mountsBelow(directory)).toHaveLength(3);
  await unmountBelow(directory);
  expect(mountsBelow(directory)).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});
