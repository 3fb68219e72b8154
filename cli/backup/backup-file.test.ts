import { execFileSync, spawn } from "node:child_process";
import { lstatSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BACKUP_END } from "../../api/backup.ts";
import { temporaryDirectory } from "../../test/temporary-directory.ts";
import { objectLines, verifyBackup, writeBackup } from "./backup-file.ts";

const directory = temporaryDirectory();

const line = (name: string) =>
  JSON.stringify([
    "things",
    "",
    name,
    7,
    '{"labels":{},"fields":{}}',
    '{"metadata":{"resourceVersion":"7"},"é":"\u2028"}',
  ]);
const lines = (objects: number) => [
  JSON.stringify({ sailplaneBackup: 1, cluster: "c", revision: 7, objects, time: "2026-11-28T09:00:00Z" }),
  ...["a", "b", "c"].map(line),
  BACKUP_END,
];
/** In pieces that end within lines, and within characters. */
async function* pieces(texts: readonly string[]) {
  const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(""));
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}
const write = (file: string, texts: readonly string[]) => writeBackup(file, pieces(texts), () => {});

test("BACKUP-FORM: a backup can be read again, and only by its owner", async () => {
  const file = `${directory}/good`;
  const backup = await write(file, lines(3));
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(await verifyBackup(file)).toEqual(backup);
  const read: string[] = [];
  for await (const object of objectLines(file, backup, 1)) read.push(object);
  expect(read).toEqual([line("b"), line("c")]);
});

test.each([
  ["is incomplete", lines(3).slice(0, -1)],
  ["has too few objects", lines(4)],
  ["is an error", ["{}"]],
])("BACKUP-WHOLE: a response that %s leaves the previous backup unchanged, and no other file", async (_, texts) => {
  const file = `${directory}/older`;
  writeFileSync(file, "older");
  await expect(write(file, texts)).rejects.toThrow("the backup was incomplete");
  expect(readFileSync(file, "utf8")).toBe("older");
  expect(() => statSync(`${file}.partial`)).toThrow("ENOENT");
});

test("BACKUP-WHOLE: behind a link, what it leads to is replaced", async () => {
  const [file, link] = [`${directory}/monday`, `${directory}/latest`];
  writeFileSync(file, "older");
  symlinkSync(file, link);
  const backup = await write(link, lines(3));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(await verifyBackup(file)).toEqual(backup);
});

test("BACKUP-WHOLE: a pipe is written to, and nothing takes its place", async () => {
  const [pipe, file] = [`${directory}/pipe`, `${directory}/piped`];
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("sh", ["-c", 'cat "$1" > "$2"', "sh", pipe, file]);
  const read = new Promise((resolve) => reader.on("exit", resolve));
  const backup = await write(pipe, lines(3));
  await read;
  expect(lstatSync(pipe).isFIFO()).toBe(true);
  expect(await verifyBackup(file)).toEqual(backup);
});

test("BACKUP-CHECKSUM: what can be read only once is refused", async () => {
  const pipe = `${directory}/once`;
  execFileSync("mkfifo", [pipe]);
  await expect(verifyBackup(pipe)).rejects.toThrow(`${pipe} is no file, and a backup is read twice: save it as one`);
});

test("a directory is no place for a backup", async () => {
  await expect(write(directory, lines(3))).rejects.toThrow(`cannot write ${directory}: it is a directory`);
});

test.each<[string, (text: string) => string, string]>([
  ["changed", (text) => text.replace('"b"', '"B"'), "is damaged"],
  ["truncated", (text) => text.slice(0, -80), "is truncated"],
  ["extended", (text) => `${text}{}\n`, "continues after its checksum"],
  ["of another format", (text) => text.replace('"sailplaneBackup":1', '"sailplaneBackup":2'), "is not a backup"],
  ["empty", () => "", "is empty"],
])("BACKUP-CHECKSUM: a file that is %s is refused", async (what, spoil, message) => {
  const file = `${directory}/${what}`;
  await write(file, lines(3));
  writeFileSync(file, spoil(readFileSync(file, "utf8")));
  await expect(verifyBackup(file)).rejects.toThrow(message);
});
