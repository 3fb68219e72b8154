/** What a file system has left, and what of it is used: the fields of the kubelet's summary. */
import { type StatsFs, statfsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 2000;

export interface DiskStats {
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
  readonly usedBytes?: number;
  readonly inodesFree?: number;
  readonly inodes?: number;
  readonly inodesUsed?: number;
}

/** Of the file system that the path is on. */
export const diskStats = (path: string): DiskStats => readStats(statfsSync(path));

/** Those that have not answered yet, by path: each more that was asked would take a thread of the agent's few. */
const asking = new Map<string, Promise<DiskStats>>();

/** Of what is mounted there; nothing where that does not answer, as where the server behind it is gone. */
export function mountStats(path: string): Promise<DiskStats> {
  let answer = asking.get(path);
  if (answer === undefined) {
    answer = statfs(path)
      .then(readStats, () => ({}))
      .finally(() => asking.delete(path));
    asking.set(path, answer);
  }
  return Promise.race([answer, sleep(PATIENCE_MS, {}, { ref: false })]);
}

function readStats({ blocks, bavail, bfree, bsize, files, ffree }: StatsFs): DiskStats {
  return {
    availableBytes: bavail * bsize,
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodesFree: ffree,
    inodes: files,
    inodesUsed: files - ffree,
  };
}
