/** What a file system has left, and what of it is used: the fields of the kubelet's summary. */
import { statfsSync } from "node:fs";

export interface DiskStats {
  readonly availableBytes?: number;
  readonly capacityBytes?: number;
  readonly usedBytes?: number;
  readonly inodesFree?: number;
  readonly inodes?: number;
  readonly inodesUsed?: number;
}

/** Of the file system that the path is on. */
export function diskStats(path: string): DiskStats {
  const { blocks, bavail, bfree, bsize, files, ffree } = statfsSync(path);
  return {
    availableBytes: bavail * bsize,
    capacityBytes: blocks * bsize,
    usedBytes: (blocks - bfree) * bsize,
    inodesFree: ffree,
    inodes: files,
    inodesUsed: files - ffree,
  };
}
