import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, it } from "vitest";
import { openLog } from "./open-log.ts";

const written = async (path: string, ...lines: string[]) => {
  const source = Readable.from(lines);
  const log = openLog(path);
  source.pipe(log);
  await finished(log);
  return source.readableEnded;
};

it("appends to the existing file", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "sailplane-log-")), "log");
  await written(path, "a\n");
  await written(path, "b\n", "c\n");
  expect(readFileSync(path, "utf8")).toBe("a\nb\nc\n");
});

it.skipIf(!existsSync("/dev/full"))(
  "takes all that it is given where the disk is full, and complains of nothing",
  async () => {
    expect(await written("/dev/full", "a\n", "b\n", "c\n")).toBe(true);
  },
);
