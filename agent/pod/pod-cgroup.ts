/**
 * A pod's own control group, above those of its containers: its share of the processor, and limits that its containers
 * have in common. Pods stand side by side: each has the shares that it asked for, and one that asked for nothing the
 * fewest, which is what the kubelet's groups by quality of service come to.
 */
import { existsSync, readdirSync } from "node:fs";
import { readdir, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "../../api/generated/core.v1.ts";
import { makeDirectory } from "../files/make-directory.ts";
import type { CgroupDriver } from "../runtime/runtime.ts";
import { type PodLimits, podLimits } from "./config/resources.ts";

const ROOT = "/sys/fs/cgroup";
const TOP = "kubepods";

/** As the runtime is told of it. systemd reads a dash as a step down, so a uid has none. */
export function cgroupParent(uid: string, driver: CgroupDriver): string {
  return driver === "systemd" ? `${TOP}-pod${uid.replaceAll("-", "_")}.slice` : `/${TOP}/pod${uid}`;
}

const isUnified = (): boolean => existsSync(join(ROOT, "cgroup.controllers"));

const directoriesOf = (uid: string): string[] =>
  isUnified()
    ? [join(ROOT, TOP, `pod${uid}`)]
    : readdirSync(ROOT)
        .map((controller) => join(ROOT, controller, TOP, `pod${uid}`))
        .filter((directory) => existsSync(directory));

/** The weight that version 2 has for the shares of version 1, as the runtimes convert it. */
const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);

function filesOf({ cpuShares, cpuQuota, cpuPeriod, memoryLimit }: PodLimits): readonly (readonly [string, string])[] {
  if (isUnified())
    return [
      ["cpu.weight", String(weightOf(cpuShares))],
      ["cpu.max", `${cpuQuota > 0 ? cpuQuota : "max"} ${cpuPeriod}`],
      ["memory.max", memoryLimit > 0 ? String(memoryLimit) : "max"],
    ];
  return [
    ["cpu/cpu.shares", String(cpuShares)],
    ["cpu/cpu.cfs_quota_us", String(cpuQuota > 0 ? cpuQuota : -1)],
    ["memory/memory.limit_in_bytes", String(memoryLimit > 0 ? memoryLimit : -1)],
  ];
}

/**
 * Makes the group and sets its limits; again where they have changed. Does nothing where systemd makes the groups, or
 * on a machine that lets the agent make none: containers then have their own limits alone. The kernel takes its time
 * over each, and longer while containers start.
 */
export async function limitPodCgroup(pod: Pod, driver: CgroupDriver | undefined): Promise<void> {
  if (driver !== "cgroupfs" || !existsSync(ROOT)) return;
  const own = `${TOP}/pod${pod.metadata.uid}`;
  try {
    if (isUnified()) {
      makeDirectory(join(ROOT, own), 0o755);
      for (const above of ["", TOP, own])
        await writeFile(join(ROOT, above, "cgroup.subtree_control"), "+cpu +memory +pids");
    }
  } catch {
    // Its containers are limited all the same.
    return;
  }
  for (const [file, value] of filesOf(podLimits(pod))) {
    const [first = "", second] = file.split("/");
    const directory = second === undefined ? join(ROOT, own) : join(ROOT, first, own);
    try {
      makeDirectory(directory, 0o755);
      await writeFile(join(directory, second ?? first), value);
    } catch {
      // The same; or its containers have more at present, and it is set again when they have less.
    }
  }
}

/** Takes the group away when its containers are gone: no runtime does. The kernel takes its time over each. */
export async function removePodCgroup(uid: string, driver: CgroupDriver | undefined): Promise<void> {
  if (driver !== "cgroupfs" || !existsSync(ROOT)) return;
  await Promise.all(
    directoriesOf(uid).map(async (directory) => {
      try {
        const below = (await readdir(directory, { withFileTypes: true })).filter((entry) => entry.isDirectory());
        for (const { name } of below) await rmdir(join(directory, name));
        await rmdir(directory);
      } catch {
        // Something still runs in it.
      }
    }),
  );
}
