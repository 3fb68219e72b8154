/** Rotates a container's log when it is long, with the kubelet's sizes, names and compression. */
import { createReadStream, createWriteStream, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";

export const MAX_LOG_BYTES = 10 * 1024 * 1024;
export const MAX_LOG_FILES = 5;

/** `20261128-101530`, which sorts by time. */
const stamp = (now: Date): string => now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");

export interface Rotation {
  /** Makes the writer of the log open the path again. */
  readonly reopen: () => Promise<void>;
  readonly now: Date;
  readonly longestBytes?: number;
}

/** Returns whether the log was rotated. */
export async function rotateLog(
  path: string,
  { reopen, now, longestBytes = MAX_LOG_BYTES }: Rotation,
): Promise<boolean> {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size < longestBytes) return false;
  const older = olderLogs(path);
  // The current log and the one being rotated are two of them.
  for (const file of older.slice(0, Math.max(0, older.length - (MAX_LOG_FILES - 2)))) rmSync(file, { force: true });
  for (const file of olderLogs(path)) if (!file.endsWith(".gz")) await compress(file);
  renameSync(path, `${path}.${stamp(now)}`);
  try {
    await reopen();
  } catch (error) {
    renameSync(`${path}.${stamp(now)}`, path);
    throw error;
  }
  return true;
}

/** Oldest first. */
function olderLogs(path: string): string[] {
  const prefix = `${basename(path)}.`;
  return readdirSync(dirname(path))
    .filter((file) => file.startsWith(prefix) && !file.endsWith(".tmp"))
    .sort()
    .map((file) => join(dirname(path), file));
}

/** The compressed file may be read by the same users as the log. */
async function compress(file: string): Promise<void> {
  const mode = statSync(file).mode & 0o777;
  rmSync(`${file}.tmp`, { force: true });
  await pipeline(createReadStream(file), createGzip(), createWriteStream(`${file}.tmp`, { mode }));
  renameSync(`${file}.tmp`, `${file}.gz`);
  rmSync(file, { force: true });
}
