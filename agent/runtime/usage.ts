import type { PodIdentity } from "./sandbox.ts";

export interface ContainerUsage {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  /** Including reclaimable caches; absent if the runtime does not report it. */
  readonly memoryBytes?: number;
  /** What is left below its limit; absent if it has none, or the runtime does not report it. */
  readonly memoryAvailableBytes?: number;
  /** Anonymous memory; absent if the runtime does not report it. */
  readonly memoryResidentBytes?: number;
  readonly pageFaults?: PageFaults;
  /** The writable layer. */
  readonly diskBytes?: number;
  readonly diskInodes?: number;
}

/** Since the container started; major faults had to wait for the disk. */
export interface PageFaults {
  readonly all: number;
  readonly major: number;
}
