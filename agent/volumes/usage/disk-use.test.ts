import { linkSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { diskUse } from "./disk-use.ts";

describe("AGENT-PRESSURE-STORAGE: the disk usage of a directory", () => {
  let root: string;
  beforeEach(() => {
    root = temporaryDirectory();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const bytesOf = (...names: string[]) =>
    names.reduce((sum, name) => sum + statSync(join(root, name)).blocks * 512, statSync(root).blocks * 512);

  it("counts everything below it, hard links once, and no link targets", async () => {
    mkdirSync(join(root, "deep/deeper"), { recursive: true });
    writeFileSync(join(root, "deep/deeper/file"), Buffer.alloc(100_000));
    linkSync(join(root, "deep/deeper/file"), join(root, "again"));
    symlinkSync("/usr", join(root, "elsewhere"));
    expect(await diskUse(root)).toEqual({
      usedBytes: bytesOf("deep", "deep/deeper", "deep/deeper/file"),
      inodesUsed: 5,
    });
  });

  it("is zero for a missing directory", async () =>
    expect(await diskUse(join(root, "none"))).toEqual({ usedBytes: 0, inodesUsed: 0 }));

  it("does not block the event loop, however many files and requests there are", async () => {
    const directories = ["a", "b", "c"].map((name) => join(root, name));
    for (const directory of directories) {
      mkdirSync(directory);
      for (let i = 0; i < 1000; i++) writeFileSync(join(directory, String(i)), "");
    }
    let turns = 0;
    let measuring = true;
    const count = () => {
      turns++;
      if (measuring) setImmediate(count);
    };
    setImmediate(count);
    const uses = await Promise.all(directories.map(diskUse));
    measuring = false;
    expect(uses.map(({ inodesUsed }) => inodesUsed)).toEqual([1001, 1001, 1001]);
    expect(turns).toBeGreaterThanOrEqual(3 * (1000 / 500));
  });

  it("is measured once for concurrent requests, and again for later ones", async () => {
    const first = diskUse(root);
    expect(diskUse(root)).toBe(first);
    expect((await first).inodesUsed).toBe(1);
    writeFileSync(join(root, "file"), "");
    expect((await diskUse(root)).inodesUsed).toBe(2);
  });
});
