import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../../../test/temporary-directory.ts";
import { readWithin } from "./sub-path.ts";

test("AGENT-VOLUME-PATH: an env file is read from its volume, and from nowhere else on the machine", () => {
  const root = temporaryDirectory();
  const volume = join(root, "volume");
  mkdirSync(join(volume, "deep"), { recursive: true });
  writeFileSync(join(root, "secret"), "KEY=of the machine");
  writeFileSync(join(volume, "deep/env"), "KEY=value");
  symlinkSync("deep/env", join(volume, "inside"));
  symlinkSync("../secret", join(volume, "outside"));
  symlinkSync("..", join(volume, "above"));
  execFileSync("mkfifo", [join(volume, "pipe")]);
  writeFileSync(join(volume, "endless"), "");
  truncateSync(join(volume, "endless"), 1024 ** 3);

  expect(["deep/env", "inside"].map((path) => readWithin(volume, path))).toEqual(["KEY=value", "KEY=value"]);
  const refused = ["outside", "above/secret", "../secret", "pipe", "endless", "deep", "none"];
  expect(refused.map((path) => readWithin(volume, path))).toEqual(refused.map(() => undefined));
  rmSync(root, { recursive: true });
});

test("AGENT-VOLUME-PATH: a special file is not even opened, as a device might take that for a command", async () => {
  const volume = temporaryDirectory();
  const pipe = join(volume, "pipe");
  execFileSync("mkfifo", [pipe]);
  // Writing to a pipe blocks until somebody opens it for reading.
  const writer = spawn("sh", ["-c", `echo waiting; echo word >${pipe}; echo written`]);
  const messages: string[] = [];
  writer.stdout.on("data", (chunk: Buffer) => messages.push(chunk.toString().trim()));
  await once(writer.stdout, "data");
  await new Promise((resume) => setTimeout(resume, 50));
  expect(readWithin(volume, "pipe")).toBeUndefined();
  await new Promise((resume) => setTimeout(resume, 50));
  expect(messages).toEqual(["waiting"]);
  writer.kill();
  rmSync(volume, { recursive: true });
});
