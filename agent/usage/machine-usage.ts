/** What the machine as a whole uses, by the kernel's counters; nothing where it has none. */
import { cpus, freemem, totalmem } from "node:os";
import { readText } from "../files/read-text.ts";
import type { PageFaults } from "../runtime/usage.ts";

export interface MachineSample {
  /** Since the machine started, all processors together. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
  /** What programs have that no file is behind; absent where the kernel does not tell. */
  readonly memoryResidentBytes?: number;
  readonly pageFaults?: PageFaults;
}

const MS = 1_000_000;

/** What the kernel could give to programs that ask, caches included. */
export function availableMemory(meminfo = readText("/proc/meminfo")): number {
  const kibibytes = counterOf(meminfo, "MemAvailable");
  return kibibytes === undefined ? freemem() : kibibytes * 1024;
}

/** By the kernel's own names: `AnonPages:  12 kB`, `pgfault 7`. */
function counterOf(file: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:?\\s+(\\d+)`, "m").exec(file)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** By `/proc/meminfo` and `/proc/vmstat`. */
export function memoryDetail(
  meminfo: string,
  vmstat: string,
): Pick<MachineSample, "memoryResidentBytes" | "pageFaults"> {
  const kibibytes = counterOf(meminfo, "AnonPages");
  const [all, major] = [counterOf(vmstat, "pgfault"), counterOf(vmstat, "pgmajfault")];
  return {
    ...(kibibytes !== undefined && { memoryResidentBytes: kibibytes * 1024 }),
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
