/** A CSI driver's report of a volume's usage, in the terms of the node's summary. */
import type { DiskStats } from "../mounts/disk-stats.ts";

export interface VolumeUsages {
  readonly usage: readonly {
    readonly unit: string;
    readonly available: number;
    readonly total: number;
    readonly used: number;
  }[];
}

export function diskStatsOf({ usage }: VolumeUsages): DiskStats {
  const bytes = usage.find(({ unit }) => unit === "BYTES");
  const inodes = usage.find(({ unit }) => unit === "INODES");
  return {
    ...(bytes && { availableBytes: bytes.available, capacityBytes: bytes.total, usedBytes: bytes.used }),
    ...(inodes && { inodesFree: inodes.available, inodes: inodes.total, inodesUsed: inodes.used }),
  };
}
