/**
 * Makes a directory and those above it that are missing. Node.js' own `recursive` never returns from where the kernel makes none
 * (below /proc, or below /sys/fs/cgroup with no groups mounted): told that there is nothing, it makes the parent, which is there,
 * and tries again.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Throws what `mkdir` says where one of them cannot be made. */
export function makeDirectory(path: string, mode: number): void {
  const missing: string[] = [];
  for (let at = path; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    try {
      mkdirSync(directory, { mode });
    } catch (error) {
      // Somebody else made it since.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(directory).isDirectory()) throw error;
    }
  }
}
