/**
 * Disk usage of a directory, counted like `du`. A pod may have created any number of files: they are visited a few at a
 * time, one directory after another, and the agent does its other work in between.
 */
import { type BigIntStats, lstatSync } from "node:fs";
import { setImmediate as otherWork } from "node:timers/promises";
import { entriesOf } from "../../files/entries-of.ts";

export interface DiskUse {
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

const BLOCK = 512n;
/** A few milliseconds' worth. */
const AT_ONCE = 500;

const statOf = (path: string): BigIntStats | undefined => {
  try {
    return lstatSync(path, { bigint: true });
  } catch {
    // It was deleted meanwhile.
    return undefined;
  }
};

/** What cannot be read is left out: the rest is worth knowing. */
function* readableEntriesOf(directory: string): Generator<string> {
  try {
    yield* entriesOf(directory);
  } catch {
    return;
  }
}

async function measure(path: string): Promise<DiskUse> {
  const root = statOf(path);
  if (root === undefined) return { usedBytes: 0, inodesUsed: 0 };
  let blocks = root.blocks;
  let inodes = 1;
  let looked = 0;
  /** Files with several names, which take up space once. */
  const linked = new Set<bigint>();
  const directories = root.isDirectory() ? [path] : [];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    for (const entry of readableEntriesOf(directory)) {
      if (++looked % AT_ONCE === 0) await otherWork();
      const stat = statOf(entry);
      // What is mounted there is on another disk.
      if (stat === undefined || stat.dev !== root.dev) continue;
      if (stat.isDirectory()) directories.push(entry);
      else if (stat.nlink > 1n) {
        if (linked.has(stat.ino)) continue;
        linked.add(stat.ino);
      }
      blocks += stat.blocks;
      inodes++;
    }
  }
  return { usedBytes: Number(blocks * BLOCK), inodesUsed: inodes };
}

let last: Promise<unknown> = Promise.resolve();
/**
 * Measurements under way or queued: further requests for the same one share it, or the queue would grow without bound.
 */
const measurements = new Map<string, Promise<DiskUse>>();

/** Zero for a missing directory. However many callers there are, one directory is measured at a time. */
export function diskUse(path: string): Promise<DiskUse> {
  const known = measurements.get(path);
  if (known !== undefined) return known;
  const use = last.then(() => measure(path)).finally(() => measurements.delete(path));
  measurements.set(path, use);
  last = use.catch(() => {});
  return use;
}
