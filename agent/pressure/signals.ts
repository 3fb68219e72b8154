/** Measures what is left on the machine. */
import { readFileSync, type StatsFs, statfsSync } from "node:fs";
import { totalmem } from "node:os";
import { availableMemory } from "../usage/machine-usage.ts";
import type { Amount, Signal, Signals } from "./thresholds.ts";

/** The maximum number of processes, and how many more there may be; undefined if the kernel does not tell. */
export function readProcesses(): Amount | undefined {
  try {
    const capacity = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
    // The fourth field of loadavg is running/all.
    const all = Number(/\d+\/(\d+)/.exec(readFileSync("/proc/loadavg", "utf8"))?.[1]);
    return { capacity, available: capacity - all };
  } catch {
    return undefined;
  }
}

/** Some file systems have unlimited inodes. */
const inodes = (signal: Signal, { files, ffree }: StatsFs) =>
  files > 0 ? [[signal, { available: ffree, capacity: files }] as const] : [];

/** `images` is where the runtime keeps images; absent: it has none of its own. */
export function readSignals({ data, images }: { readonly data: string; readonly images?: string }): Signals {
  const disk = statfsSync(data);
  const imageDisk = images === undefined ? undefined : statfsSync(images);
  const bytes = ({ bavail, blocks, bsize }: typeof disk) => ({ available: bavail * bsize, capacity: blocks * bsize });
  const pids = readProcesses();
  return new Map<Signal, Amount>([
    ["memory.available", { available: availableMemory(), capacity: totalmem() }],
    ["nodefs.available", bytes(disk)],
    ...inodes("nodefs.inodesFree", disk),
    ...(imageDisk
      ? [["imagefs.available", bytes(imageDisk)] as const, ...inodes("imagefs.inodesFree", imageDisk)]
      : []),
    ...(pids === undefined ? [] : [["pid.available", pids] as const]),
  ]);
}
