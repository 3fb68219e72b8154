/** What the kernel counts for a container's cgroup that the runtime does not report. */
import { join } from "node:path";
import { readText } from "../files/read-text.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { ContainerUsage } from "../runtime/usage.ts";
import { type BlockIo, parseBlkio, parseIoStat } from "./block-io.ts";

export interface CgroupStats {
  /** Absent without a CPU limit. */
  readonly throttling?: { readonly periods: number; readonly throttled: number; readonly throttledSeconds: number };
  readonly memory?: { readonly cacheBytes: number; readonly mappedBytes: number; readonly swapBytes: number };
  /** The most memory that was ever in use. */
  readonly peakBytes?: number;
  /** How often the kernel killed one of its processes because memory ran out. */
  readonly oomKills?: number;
  readonly processes?: number;
  readonly threads?: number;
  readonly io?: readonly BlockIo[];
}

const ROOT = "/sys/fs/cgroup";

/** The directory of a process's cgroup for a controller, by the text of `/proc/PID/cgroup`. */
export function cgroupDirectory(text: string, controller: string): string | undefined {
  const lines = text.split("\n").map((line) => /^\d+:([^:]*):(.*)$/.exec(line) ?? []);
  // With version 1 each controller has its hierarchy; version 2 has one for all, without a name.
  const own = lines.find(([, controllers]) => controllers?.split(",").includes(controller));
  if (own !== undefined) return join(ROOT, controller, own[2] ?? "");
  const unified = lines.find(([, controllers]) => controllers === "");
  return unified === undefined ? undefined : join(ROOT, unified[2] ?? "");
}

const numberOf = (text: string, name: string): number | undefined => {
  const found = new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** By the text of `cpu.stat`; version 1 counts nanoseconds, version 2 microseconds. */
export function parseThrottling(text: string): Pick<CgroupStats, "throttling"> {
  const periods = numberOf(text, "nr_periods") ?? 0;
  if (periods === 0) return {};
  const nanoseconds = numberOf(text, "throttled_time") ?? (numberOf(text, "throttled_usec") ?? 0) * 1000;
  return {
    throttling: { periods, throttled: numberOf(text, "nr_throttled") ?? 0, throttledSeconds: nanoseconds / 1e9 },
  };
}

/** By the texts of `memory.stat` and, with version 2, `memory.swap.current`. */
export function parseMemory(stat: string, swap: string): Pick<CgroupStats, "memory"> {
  const cacheBytes = numberOf(stat, "cache") ?? numberOf(stat, "file");
  if (cacheBytes === undefined) return {};
  const mappedBytes = numberOf(stat, "mapped_file") ?? numberOf(stat, "file_mapped") ?? 0;
  return { memory: { cacheBytes, mappedBytes, swapBytes: numberOf(stat, "swap") ?? Number(swap) } };
}

/** By the texts of `memory.events` or `memory.oom_control`, and of `memory.peak` or `memory.max_usage_in_bytes`. */
export function parseMemoryEvents(events: string, peak: string): Pick<CgroupStats, "oomKills" | "peakBytes"> {
  const oomKills = numberOf(events, "oom_kill");
  return { ...(oomKills !== undefined && { oomKills }), ...(peak !== "" && { peakBytes: Number(peak) }) };
}

/** By the texts of `cgroup.procs` and `pids.current`. */
export function parseProcesses(processes: string, threads: string): Pick<CgroupStats, "processes" | "threads"> {
  if (threads === "") return {};
  return { processes: processes.split("\n").filter((pid) => pid !== "").length, threads: Number(threads) };
}

/** By container id. A container's cgroup is next to its sandbox's and differs only in the id. */
export async function cgroupStats(
  runtime: Pick<Runtime, "sandboxProcesses">,
  containers: readonly Pick<ContainerUsage, "id" | "pod">[],
): Promise<ReadonlyMap<string, CgroupStats>> {
  const processes = (await runtime.sandboxProcesses?.()) ?? [];
  const sandboxes = new Map(processes.map((each) => [each.pod.uid, each]));
  const found = new Map<string, CgroupStats>();
  for (const { id, pod } of containers) {
    const sandbox = sandboxes.get(pod.uid);
    if (sandbox === undefined) continue;
    const cgroups = readText(`/proc/${sandbox.pid}/cgroup`);
    const read = (controller: string, file: string): string => {
      const directory = cgroupDirectory(cgroups, controller);
      const own = directory?.replace(sandbox.sandboxId, id.split("://")[1] ?? id);
      return own === undefined || own === directory ? "" : readText(join(own, file));
    };
    found.set(id, {
      ...parseThrottling(read("cpu", "cpu.stat")),
      ...parseMemory(read("memory", "memory.stat"), read("memory", "memory.swap.current")),
      ...parseMemoryEvents(
        read("memory", "memory.events") || read("memory", "memory.oom_control"),
        read("memory", "memory.peak") || read("memory", "memory.max_usage_in_bytes"),
      ),
      ...parseProcesses(read("pids", "cgroup.procs"), read("pids", "pids.current")),
      ...ioOf(read),
    });
  }
  return found;
}

function ioOf(read: (controller: string, file: string) => string): Pick<CgroupStats, "io"> {
  const [service, serviced] = ["blkio.throttle.io_service_bytes", "blkio.throttle.io_serviced"];
  const io = [...parseIoStat(read("io", "io.stat")), ...parseBlkio(read("blkio", service), read("blkio", serviced))];
  return io.length === 0 ? {} : { io };
}
