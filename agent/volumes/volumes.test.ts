import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Payload, publish } from "./atomic-writer.ts";
import { prepareSubPath, SubPathError } from "./sub-path.ts";

const directory = () => mkdtempSync(join(tmpdir(), "sailplane-volume-"));
const payload = (files: Record<string, string>): Payload =>
  new Map(Object.entries(files).map(([path, text]) => [path, { content: Buffer.from(text), mode: 0o644 }]));

describe("a published volume", () => {
  it("shows files by way of one link, which changes at once", () => {
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

  it.each(["../x", "/etc/passwd", "a/../../x"])("refuses to write %s", (path) => {
    expect(() => publish(directory(), payload({ [path]: "x" }))).toThrow(/invalid path/);
  });
});

describe("a sub path", () => {
  it("is made where nothing is", () => {
    const volume = directory();
    expect(lstatSync(prepareSubPath(volume, "a/b")).isDirectory()).toBe(true);
  });

  it("may be a file of a published volume", () => {
    const volume = directory();
    publish(volume, payload({ k: "v" }));
    expect(readFileSync(prepareSubPath(volume, "k"), "utf8")).toBe("v");
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
