/** What the machine is and has. */
import { existsSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, release, totalmem } from "node:os";
import { join } from "node:path";

const text = (file: string): string => {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
};

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

export interface Machine {
  readonly os: string;
  readonly architecture: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly machineID: string;
  readonly bootID: string;
  readonly systemUUID: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly swapBytes: number;
  /** For each page size of the kernel, how much memory is reserved for such pages (bytes). */
  readonly hugePages: readonly { readonly pageBytes: number; readonly bytes: number }[];
  readonly appArmor: boolean;
}

const HUGE_PAGES = "/sys/kernel/mm/hugepages";

function hugePages(): Machine["hugePages"] {
  if (!existsSync(HUGE_PAGES)) return [];
  return readdirSync(HUGE_PAGES).flatMap((name) => {
    const kibibytes = /^hugepages-(\d+)kB$/.exec(name)?.[1];
    if (kibibytes === undefined) return [];
    const pageBytes = Number(kibibytes) * 1024;
    return [{ pageBytes, bytes: pageBytes * Number(text(join(HUGE_PAGES, name, "nr_hugepages"))) }];
  });
}

export function readMachine(dataDirectory: string): Machine {
  const disk = statfsSync(dataDirectory);
  const osRelease = text("/etc/os-release");
  const machineID = text("/etc/machine-id") || text("/var/lib/dbus/machine-id");
  return {
    os: process.platform,
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(osRelease)?.[1] ?? process.platform,
    machineID,
    bootID: text("/proc/sys/kernel/random/boot_id"),
    systemUUID: text("/sys/class/dmi/id/product_uuid") || machineID,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: disk.blocks * disk.bsize,
    swapBytes: Number(/^SwapTotal: +(\d+) kB$/m.exec(text("/proc/meminfo"))?.[1] ?? 0) * 1024,
    hugePages: hugePages(),
    appArmor: text("/sys/module/apparmor/parameters/enabled") === "Y",
  };
}
