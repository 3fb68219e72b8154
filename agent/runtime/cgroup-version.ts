import { existsSync } from "node:fs";

/** Whether the machine has cgroups of version 2 only. */
export const hasUnifiedCgroups = (): boolean => existsSync("/sys/fs/cgroup/cgroup.controllers");
