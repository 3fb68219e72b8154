import { existsSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { makeDirectory } from "./make-directory.ts";

const root = temporaryDirectory();

test("missing parents are created with the given mode, and existing ones left unchanged", () => {
  const path = join(root, "a", "b", "c");
  makeDirectory(path, 0o750);
  makeDirectory(path, 0o700);
  expect([path, join(root, "a")].map((made) => statSync(made).mode & 0o777)).toEqual([0o750, 0o750]);
});

test("making a directory fails if the kernel refuses", () => {
  expect(() => makeDirectory("/proc/sailplane/below", 0o755)).toThrow(/ENOENT|EACCES|EPERM/);
});

test("making a directory fails if a parent is a file or a dangling link", () => {
  writeFileSync(join(root, "file"), "");
  symlinkSync(join(root, "nowhere"), join(root, "link"));
  expect(() => makeDirectory(join(root, "file", "below"), 0o755)).toThrow(/ENOTDIR/);
  expect(() => makeDirectory(join(root, "link"), 0o755)).toThrow();
  expect(existsSync(join(root, "nowhere"))).toBe(false);
});
