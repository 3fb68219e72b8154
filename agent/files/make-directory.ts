/**
 * Creates a directory and its missing parents. Node.js' own `recursive` loops forever where the kernel refuses to
 * create any (below /proc, or below /sys/fs/cgroup without cgroups mounted): told that the path does not exist, it
 * creates the parent, which exists, and tries again.
 */
import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Throws the error of `mkdir` if one of them cannot be created. */
export function makeDirectory(path: string, mode: number): void {
  const missing: string[] = [];
  for (let at = path; statSync(at, { throwIfNoEntry: false }) === undefined; at = dirname(at)) missing.unshift(at);
  for (const directory of missing) {
    try {
      mkdirSync(directory, { mode });
    } catch (error) {
      // Somebody else created it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || !statSync(directory).isDirectory()) throw error;
    }
  }
}
