import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { expect, it } from "vitest";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { openLog } from "./open-log.ts";

const written = async (path: string, ...lines: string[]) => {
  const source = Readable.from(lines);
  const log = openLog(path);
  source.pipe(log);
  await finished(log);
  return source.readableEnded;
};

it("an existing log is appended to", async () => {
  const path = join(temporaryDirectory(), "log");
  await written(path, "a\n");
  await written(path, "b\n", "c\n");
  expect(readFileSync(path, "utf8")).toBe("a\nb\nc\n");
});

it("becomes PATH.1 once it is large", async () => {
  const path = join(temporaryDirectory(), "log");
  const large = "x".repeat(10_000_001);
  await written(path, large);
  await written(path, "a\n", "b\n");
  expect([readFileSync(path, "utf8"), readFileSync(`${path}.1`, "utf8") === large]).toEqual(["a\nb\n", true]);
});

it("begins anew if somebody has moved it away, and goes on where it is if it cannot", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "log");
  const log = openLog(path);
  const write = (text: string) => new Promise<unknown>((done) => log.write(text, done));
  await write("x".repeat(10_000_001));
  renameSync(path, join(directory, "elsewhere"));
  await write("a\n");
  expect(readFileSync(path, "utf8")).toBe("a\n");
  await write("x".repeat(10_000_001));
  rmSync(directory, { recursive: true });
  expect(await write("b\n")).toBeNull();
});

it.skipIf(!existsSync("/dev/full"))("a log on a full disk accepts everything without an error", async () => {
  expect(await written("/dev/full", "a\n", "b\n", "c\n")).toBe(true);
});
