/** A backup's file (api/backup.ts): written atomically, and only used after its checksum has been verified. */

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { BACKUP_END, type BackupHead, parseBackupHead } from "../../api/backup.ts";
import { LineSplitter } from "../../api/line-splitter.ts";
import { CliError } from "../cli-error.ts";
import { systemReason } from "../system-reason.ts";

export interface Backup {
  readonly head: BackupHead;
  /** Of all lines except the last, which contains it. */
  readonly sha256: string;
}

const NEWLINE = 0x0a;

/** Whether it is a file, or nothing yet. The place of a pipe or a device must not be taken, and neither is read twice. */
export const isPlainFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => true,
  );

/**
 * Replaces an older file only once everything is on disk; what is no file is written to as the backup arrives. `wrote`
 * reports the bytes so far.
 */
export async function writeBackup(
  file: string,
  source: AsyncIterable<Buffer>,
  wrote: (bytes: number) => void,
): Promise<Backup> {
  const replaces = await isPlainFile(file);
  // Of a link, what it leads to is replaced.
  const place = await realpath(file).catch(() => file);
  const partial = replaces ? `${place}.partial` : file;
  const incomplete = replaces ? `nothing was written to ${file}` : `what was written to ${file} is of no use`;
  // It contains Secrets: readable by its owner only.
  const output = await open(partial, "w", 0o600).catch((error: unknown) => {
    throw new CliError(`cannot write ${partial}: ${systemReason(error)}`);
  });
  try {
    const hash = createHash("sha256");
    let first = Buffer.alloc(0);
    let last = Buffer.alloc(0);
    let lines = 0;
    let bytes = 0;
    for await (const chunk of source) {
      hash.update(chunk);
      await output.writeFile(chunk);
      if (!first.includes(NEWLINE)) first = Buffer.concat([first, chunk]);
      last = Buffer.concat([last, chunk]).subarray(-BACKUP_END.length - 1);
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
      bytes += chunk.length;
      wrote(bytes);
    }
    const head = parseBackupHead(first.toString("utf8").split("\n", 1)[0] ?? "");
    if (!head || last.toString("utf8") !== `${BACKUP_END}\n` || lines !== head.objects + 2) {
      throw new CliError(`the backup was incomplete after ${bytes} bytes; ${incomplete}`);
    }
    const sha256 = hash.digest("hex");
    await output.writeFile(`${JSON.stringify({ sha256 })}\n`);
    if (replaces) await output.sync();
    await output.close();
    if (replaces) await rename(partial, place);
    return { head, sha256 };
  } catch (error) {
    await output.close().catch(() => {});
    if (replaces) await rm(partial, { force: true });
    throw error instanceof CliError ? error : new CliError(`${incomplete}: ${systemReason(error)}`);
  }
}

/** Reads all of it; throws a CliError if it is not a backup, or not intact. */
export async function verifyBackup(file: string): Promise<Backup> {
  if (!(await isPlainFile(file))) throw new CliError(`${file} is no file, and a backup is read twice: save it as one`);
  const hash = createHash("sha256");
  let head: BackupHead | undefined;
  let expectedSha256: string | undefined;
  let lines = 0;
  let end = -1;
  for await (const line of linesOf(file)) {
    if (expectedSha256 !== undefined) throw new CliError(`${file} continues after its checksum`);
    if (lines === 0) {
      head = parseBackupHead(line);
      if (!head) throw new CliError(`${file} is not a backup that this version can read`);
    }
    if (end >= 0) {
      expectedSha256 = /^\{"sha256":"([0-9a-f]{64})"\}$/.exec(line)?.[1] ?? "";
      continue;
    }
    hash.update(`${line}\n`);
    if (line === BACKUP_END) end = lines;
    lines++;
  }
  if (!head) throw new CliError(`${file} is empty`);
  if (expectedSha256 === undefined) throw new CliError(`${file} is truncated`);
  const sha256 = hash.digest("hex");
  if (expectedSha256 !== sha256) throw new CliError(`${file} is damaged: its checksum does not match`);
  if (end !== head.objects + 1) throw new CliError(`${file} has ${end - 1} objects instead of ${head.objects}`);
  return { head, sha256 };
}

/** The lines of its objects, from a given one on; the file must have been verified. */
export async function* objectLines(file: string, { head }: Backup, from: number): AsyncIterable<string> {
  let index = -1;
  for await (const line of linesOf(file)) {
    if (index >= head.objects) return;
    if (index >= from) yield line;
    index++;
  }
}

/** Not readline's lines: those end at U+2028 too, which JSON strings may contain. */
async function* linesOf(file: string): AsyncIterable<string> {
  const splitter = new LineSplitter(new TextDecoder());
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) yield* splitter.push(chunk);
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`cannot read ${file}: ${systemReason(error)}`);
  }
  if (splitter.rest !== "") yield splitter.rest;
}
