/** The free and used space of a file system: the fields of the kubelet's summary. */
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

/** For the file system that contains the path. */
export const diskStats = (path: string): DiskStats => readStats(statfsSync(path));

/** Pending queries by path: each further one would take another of the agent's few threads. */
const pending = new Map<string, Promise<DiskStats>>();

/** For what is mounted there; empty if it does not respond, because the server behind it is gone. */
export function mountStats(path: string): Promise<DiskStats> {
  let stats = pending.get(path);
  if (stats === undefined) {
    stats = statfs(path)
      .then(readStats, () => ({}))
      .finally(() => pending.delete(path));
    pending.set(path, stats);
  }
  return Promise.race([stats, sleep(PATIENCE_MS, {}, { ref: false })]);
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
