import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { rotateLog } from "./rotate-log.ts";

describe("AGENT-LOG: a log", () => {
  const directory = temporaryDirectory();
  const path = join(directory, "0.log");
  afterEach(() => {
    for (const file of readdirSync(directory)) rmSync(join(directory, file));
  });
  const rotate = (second: number, reopen = async () => writeFileSync(path, "")) =>
    rotateLog(path, { reopen, now: new Date(Date.UTC(2026, 0, 1, 0, 0, second)), longestBytes: 10 });

  it("is not rotated if short", async () => {
    writeFileSync(path, "short\n");
    expect(await rotate(1)).toBe(false);
  });

  it("is rotated if long, with five files kept and the older ones compressed", async () => {
    for (let second = 1; second <= 7; second++) {
      writeFileSync(path, `${second} is long enough\n`);
      chmodSync(path, 0o640);
      expect(await rotate(second)).toBe(true);
    }
    const files = readdirSync(directory).sort();
    expect(files).toEqual(["0.log", ...[4, 5, 6].map((n) => `0.log.20260101-00000${n}.gz`), "0.log.20260101-000007"]);
    expect(files.map((file) => statSync(join(directory, file)).mode & 0o007)).toEqual([4, 0, 0, 0, 0]);
    expect(gunzipSync(readFileSync(join(directory, files[1] ?? ""))).toString()).toBe("4 is long enough\n");
  });

  it("is restored if the runtime fails to reopen it", async () => {
    writeFileSync(path, "long enough indeed\n");
    await expect(rotate(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(readdirSync(directory)).toEqual(["0.log"]);
  });
});
