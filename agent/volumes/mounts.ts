/** The mounts that volumes are made of, on Linux. */
import { execFile } from "node:child_process";
import { readFileSync, rmdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Whether something is mounted there. */
export const isMountPoint = (path: string): boolean => statSync(path).dev !== statSync(dirname(path)).dev;

/** Mount points below a directory, deepest first. */
function mountsBelow(directory: string): string[] {
  if (process.platform !== "linux" || !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((target) => target.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

/** Takes mount points away with their mounts: a directory that is there counts as set up. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const target of mountsBelow(directory)) {
    try {
      await run("umount", ["-l", target]);
      rmdirSync(target);
    } catch {
      // Somebody else's, or in use below.
    }
  }
}
