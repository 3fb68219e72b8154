/**
 * A pod's own cgroup, the parent of those of its containers, with its share of CPU and the limits that its containers
 * share. Pods' cgroups are siblings: each has the shares that it requested, and a pod without requests has the fewest,
 * which amounts to the same as the kubelet's cgroups by quality of service.
 */
import { existsSync, readdirSync } from "node:fs";
import { readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Pod } from "../../api/generated/core.v1.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { type PodLimits, podLimits } from "../pod-spec/resources.ts";
import { hasUnifiedCgroups } from "../runtime/cgroup-version.ts";
import type { CgroupDriver } from "../runtime/runtime.ts";

const ROOT = "/sys/fs/cgroup";
const TOP = "kubepods";

/** In the runtime's notation. systemd interprets dashes as nesting, so they are removed from the uid. */
export function cgroupParent(uid: string, driver: CgroupDriver): string {
  return driver === "systemd" ? `${TOP}-pod${uid.replaceAll("-", "_")}.slice` : `/${TOP}/pod${uid}`;
}

const directoriesOf = (uid: string): string[] =>
  hasUnifiedCgroups()
    ? [join(ROOT, TOP, `pod${uid}`)]
    : readdirSync(ROOT)
        .map((controller) => join(ROOT, controller, TOP, `pod${uid}`))
        .filter((directory) => existsSync(directory));

/** The cgroup v2 weight for v1 shares, converted as in the runtimes. */
const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);

interface CgroupLimits extends PodLimits {
  /** How many processes and threads there may be; absent: no limit. */
  readonly maxPids?: number | undefined;
}

/** By file. */
export function cgroupFiles(
  { cpuShares, cpuQuota, cpuPeriod, memoryLimit, maxPids }: CgroupLimits,
  unified: boolean,
): readonly (readonly [string, string])[] {
  const pids = maxPids === undefined ? "max" : String(maxPids);
  if (unified)
    return [
      ["pids.max", pids],
      ["cpu.weight", String(weightOf(cpuShares))],
      ["cpu.max", `${cpuQuota > 0 ? cpuQuota : "max"} ${cpuPeriod}`],
      ["memory.max", memoryLimit > 0 ? String(memoryLimit) : "max"],
    ];
  return [
    ["pids/pids.max", pids],
    ["cpu/cpu.shares", String(cpuShares)],
    ["cpu/cpu.cfs_quota_us", String(cpuQuota > 0 ? cpuQuota : -1)],
    ["memory/memory.limit_in_bytes", String(memoryLimit > 0 ? memoryLimit : -1)],
  ];
}

/**
 * Creates the cgroup and sets its limits, again when they have changed. Does nothing if systemd manages the cgroups, or
 * if the machine does not let the agent create any: containers then only have their own limits. The kernel takes its
 * time over each, and longer while containers start.
 */
export async function limitPodCgroup(pod: Pod, driver: CgroupDriver | undefined, maxPids?: number): Promise<void> {
  if (driver !== "cgroupfs" || !existsSync(ROOT)) return;
  const own = `${TOP}/pod${pod.metadata.uid}`;
  try {
    if (hasUnifiedCgroups()) {
      makeDirectory(join(ROOT, own), 0o755);
      for (const above of ["", TOP, own])
        await writeFile(join(ROOT, above, "cgroup.subtree_control"), "+cpu +memory +pids");
    }
  } catch {
    // Its containers are limited all the same.
    return;
  }
  for (const [file, value] of cgroupFiles({ ...podLimits(pod), maxPids }, hasUnifiedCgroups())) {
    const [first = "", second] = file.split("/");
    const directory = second === undefined ? join(ROOT, own) : join(ROOT, first, own);
    try {
      makeDirectory(directory, 0o755);
      await writeFile(join(directory, second ?? first), value);
    } catch {
      // Unchanged; or its containers have more at present, and it is set again when they have less.
    }
  }
}

/** Removes the cgroup after its containers are gone: no runtime does. The kernel takes its time over each. */
export async function removePodCgroup(uid: string, driver: CgroupDriver | undefined): Promise<void> {
  if (driver !== "cgroupfs" || !existsSync(ROOT)) return;
  const directories = directoriesOf(uid);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await sleep(EXIT_MS);
    const removed = await Promise.all(directories.map((directory) => removeTree(directory).catch(() => false)));
    if (!removed.includes(false)) return;
    // Left behind by a start that was interrupted: the runtime does not know them any more.
    for (const directory of directories) await killAll(directory).catch(() => {});
  }
}

/** How often to check whether killed processes have exited. */
const ATTEMPTS = 5;
const EXIT_MS = 50;

async function childDirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
}

/** Fails if there are processes in it. */
async function removeTree(directory: string): Promise<boolean> {
  if (!existsSync(directory)) return true;
  for (const child of await childDirectories(directory)) await removeTree(child);
  await rmdir(directory);
  return true;
}

async function killAll(directory: string): Promise<void> {
  for (const child of await childDirectories(directory)) await killAll(child);
  const pids = (await readFile(join(directory, "cgroup.procs"), "utf8")).split("\n").map(Number);
  // Processes in other PID namespaces than the agent's are listed as 0.
  for (const pid of pids.filter((each) => each > 0))
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has exited.
    }
}
