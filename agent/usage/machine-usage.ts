/** Resource usage of the whole machine, from the kernel's counters; what the kernel does not count is absent. */
import { cpus, freemem, totalmem } from "node:os";
import { readText } from "../files/read-text.ts";
import type { PageFaults } from "../runtime/usage.ts";

export interface MachineSample {
  /** Since the machine started, over all CPUs. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  /** Anonymous memory of programs; absent if the kernel does not report it. */
  readonly memoryResidentBytes?: number;
  /** Absent if the kernel does not report it. */
  readonly swapBytes?: number;
  readonly pageFaults?: PageFaults;
}

const MS = 1_000_000;

/** Memory that the kernel could give to programs, including caches. */
export function availableMemory(meminfo = readText("/proc/meminfo")): number {
  const kibibytes = counterOf(meminfo, "MemAvailable");
  return kibibytes === undefined ? freemem() : kibibytes * 1024;
}

/** A counter by the kernel's name: `AnonPages:  12 kB`, `pgfault 7`. */
function counterOf(file: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(file)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** From `/proc/meminfo` and `/proc/vmstat`. */
export function memoryDetail(
  meminfo: string,
  vmstat: string,
): Pick<MachineSample, "memoryResidentBytes" | "swapBytes" | "pageFaults"> {
  const kibibytes = counterOf(meminfo, "AnonPages");
  const [swap, unused] = [counterOf(meminfo, "SwapTotal"), counterOf(meminfo, "SwapFree")];
  const [all, major] = [counterOf(vmstat, "pgfault"), counterOf(vmstat, "pgmajfault")];
  return {
    ...(kibibytes !== undefined && { memoryResidentBytes: kibibytes * 1024 }),
    ...(swap !== undefined && unused !== undefined && { swapBytes: (swap - unused) * 1024 }),
    ...(all !== undefined && major !== undefined && { pageFaults: { all, major } }),
  };
}

export function sampleMachine(): MachineSample {
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const meminfo = readText("/proc/meminfo");
  const memoryAvailableBytes = availableMemory(meminfo);
  return {
    cpuNanoseconds: busy * MS,
    memoryBytes: totalmem() - memoryAvailableBytes,
    memoryAvailableBytes,
    ...memoryDetail(meminfo, readText("/proc/vmstat")),
  };
}
