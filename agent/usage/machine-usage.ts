/** What the machine as a whole uses, by the kernel's counters; nothing where it has none. */
import { readFileSync } from "node:fs";
import { cpus, freemem, totalmem } from "node:os";

export interface MachineSample {
  /** Since the machine started, all processors together. */
  readonly cpuNanoseconds: number;
  readonly memoryBytes: number;
  readonly memoryAvailableBytes: number;
}

const MS = 1_000_000;

function text(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** What the kernel could give to programs that ask, caches included. */
export function availableMemory(meminfo = text("/proc/meminfo")): number {
  const kibibytes = /^MemAvailable:\s+(\d+)/m.exec(meminfo)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

export function sampleMachine(): MachineSample {
  const busy = cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
  const memoryAvailableBytes = availableMemory();
  return { cpuNanoseconds: busy * MS, memoryBytes: totalmem() - memoryAvailableBytes, memoryAvailableBytes };
}
