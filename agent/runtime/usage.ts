import type { PodIdentity } from "./sandbox.ts";

export interface ContainerUsage {
  readonly id: string;
  readonly pod: PodIdentity;
  readonly name: string;
  readonly cpuNanoseconds: number;
  readonly memoryWorkingSetBytes: number;
  /** Of it, what is no cache; absent where the runtime does not tell. */
  readonly memoryResidentBytes?: number;
  readonly pageFaults?: PageFaults;
  /** Its writable layer. */
  readonly diskBytes?: number;
}

/** Since the beginning; major ones had to wait for the disk. */
export interface PageFaults {
  readonly all: number;
  readonly major: number;
}
