import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { type Payload, publish } from "./projected/atomic-writer.ts";
import { holdSubPath, SubPathError } from "./sub-path/sub-path.ts";

const directory = () => temporaryDirectory();
const payload = (files: Record<string, string>): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]));

describe("AGENT-VOLUME: a published volume", () => {
  it("updates its files atomically through a single link", () => {
    const volume = directory();
    expect(publish(volume, payload({ a: "1", "d/b": "2" }))).toBe(true);
    const before = readlinkSync(join(volume, "..data"));
    expect(readFileSync(join(volume, "d/b"), "utf8")).toBe("2");
    expect(publish(volume, payload({ a: "1", "d/b": "2" }))).toBe(false);
    expect(publish(volume, payload({ a: "new" }))).toBe(true);
    expect(readlinkSync(join(volume, "..data"))).not.toBe(before);
    expect(readFileSync(join(volume, "a"), "utf8")).toBe("new");
    expect(readdirSync(volume).filter((name) => !name.startsWith(".."))).toEqual(["a"]);
  });

  it("AGENT-VOLUME-GROUP: is readable but not writable by its fsGroup, in all directories", () => {
    const volume = directory();
    publish(volume, payload({ a: "1", "d/e/b": "2" }), { group: process.getgid?.() ?? 0 });
    const modes = ["..data/", "d", "d/e", "a"].map((path) => statSync(join(volume, path)).mode & 0o7777);
    expect(modes).toEqual([0o2755, 0o2755, 0o2755, 0o644]);
  });

  it.each(["../x", "/etc/passwd", "a/../../x"])("rejects the path %s", (path) => {
    expect(() => publish(directory(), payload({ [path]: "x" }))).toThrow(/invalid path/);
  });
});

const prepareSubPath = (root: string, subPath: string): string => {
  const { real, release } = holdSubPath(root, subPath);
  release();
  return real;
};

describe("AGENT-VOLUME-PATH: a sub path", () => {
  it("is created if missing", () => {
    const volume = directory();
    expect(lstatSync(prepareSubPath(volume, "a/b")).isDirectory()).toBe(true);
  });

  it("may be a file of a published volume", () => {
    const volume = directory();
    publish(volume, payload({ k: "v" }));
    expect(readFileSync(prepareSubPath(volume, "k"), "utf8")).toBe("v");
  });

  it("may contain links that stay within the volume", () => {
    const volume = realpathSync(directory());
    mkdirSync(join(volume, "a/b"), { recursive: true });
    symlinkSync("../a/./b", join(volume, "a/relative"));
    symlinkSync(join(volume, "a"), join(volume, "absolute"));
    symlinkSync("absolute/relative", join(volume, "both"));
    for (const path of ["a/relative", "absolute/b", "both", "./a//b/"])
      expect(prepareSubPath(volume, path)).toBe(join(volume, "a/b"));
    symlinkSync("round", join(volume, "round"));
    expect(() => prepareSubPath(volume, "round")).toThrow(/leads in a circle/);
  });

  it("is created below links with the mode of the volume", () => {
    const volume = realpathSync(directory());
    chmodSync(volume, 0o770);
    mkdirSync(join(volume, "a"), { mode: 0o700 });
    symlinkSync("a", join(volume, "link"));
    expect(prepareSubPath(volume, "link/b/c")).toBe(join(volume, "a/b/c"));
    expect(["a", "a/b", "a/b/c"].map((path) => lstatSync(join(volume, path)).mode & 0o7777)).toEqual([
      0o700, 0o770, 0o770,
    ]);
  });

  it.skipIf(process.platform !== "linux")("still refers to the same directory after a rename", () => {
    const volume = directory();
    const outside = directory();
    mkdirSync(join(volume, "a"));
    writeFileSync(join(volume, "a/mine"), "");
    const { path, release } = holdSubPath(volume, "a");
    renameSync(join(volume, "a"), join(volume, "b"));
    symlinkSync(outside, join(volume, "a"));
    expect(readdirSync(path)).toEqual(["mine"]);
    release();
  });

  it("never leads out of the volume", () => {
    const volume = directory();
    symlinkSync("/etc", join(volume, "out"));
    mkdirSync(join(volume, "in"));
    symlinkSync("../..", join(volume, "in/up"));
    for (const path of ["out", "out/ssh", "in/up"])
      expect(() => prepareSubPath(volume, path)).toThrow(/leads out of the volume/);
    for (const path of ["../x", "/etc"]) expect(() => prepareSubPath(volume, path)).toThrow(SubPathError);
  });
});
