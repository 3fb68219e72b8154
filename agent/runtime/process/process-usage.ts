import { readFileSync } from "node:fs";
import type { ContainerUsage } from "../usage.ts";

const NANOSECONDS_A_TICK = 1e7;
const PAGE_BYTES = 4096;

/** The usage of the process itself, without its children; undefined: it is gone. Linux only. */
export function processUsage(
  pid: number,
): Pick<ContainerUsage, "cpuNanoseconds" | "memoryWorkingSetBytes"> | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The command's name, which may contain spaces, is the second field, in parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [userTicks, systemTicks, pages] = [fields[11], fields[12], fields[21]].map(Number);
    return {
      cpuNanoseconds: ((userTicks ?? 0) + (systemTicks ?? 0)) * NANOSECONDS_A_TICK,
      memoryWorkingSetBytes: (pages ?? 0) * PAGE_BYTES,
    };
  } catch {
    return undefined;
  }
}
