import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeDirectory } from "./make-directory.ts";

const root = mkdtempSync(join(tmpdir(), "sailplane-make-directory-"));
afterAll(() => rmSync(root, { recursive: true }));

test("creates missing parents, with the mode, and leaves existing ones", () => {
  const path = join(root, "a", "b", "c");
  makeDirectory(path, 0o750);
  makeDirectory(path, 0o700);
  expect([path, join(root, "a")].map((made) => statSync(made).mode & 0o777)).toEqual([0o750, 0o750]);
});

test("ends where the kernel makes no directory", () => {
  expect(() => makeDirectory("/proc/sailplane/below", 0o755)).toThrow(/ENOENT|EACCES|EPERM/);
});

test("goes through no file, and makes nothing behind a link that leads nowhere", () => {
  writeFileSync(join(root, "file"), "");
  symlinkSync(join(root, "nowhere"), join(root, "link"));
  expect(() => makeDirectory(join(root, "file", "below"), 0o755)).toThrow(/ENOTDIR/);
  expect(() => makeDirectory(join(root, "link"), 0o755)).toThrow();
  expect(existsSync(join(root, "nowhere"))).toBe(false);
});
