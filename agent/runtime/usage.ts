import type { PodIdentity } from "./sandbox.ts";

export interface ContainerUsage {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  /** The same with caches that may go; absent where the runtime does not tell. */
  readonly memoryBytes?: number;
  /** What its limit leaves; absent where it has none, or the runtime does not tell. */
  readonly memoryAvailableBytes?: number;
  /** Of it, what is no cache; absent where the runtime does not tell. */
  readonly memoryResidentBytes?: number;
  readonly pageFaults?: PageFaults;
  /** Its writable layer. */
  readonly diskBytes?: number;
  readonly diskInodes?: number;
}

/** Since the beginning; major ones had to wait for the disk. */
export interface PageFaults {
  readonly all: number;
  readonly major: number;
}
