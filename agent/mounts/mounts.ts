/** Mounts on Linux, as used for volumes. */
import { execFile } from "node:child_process";
import { readFileSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The kernel escapes separators in octal. */
const readWord = (word: string): string =>
  word.includes("\\")
    ? word.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : word;

/** There may be thousands of mounts. */
const words = (mounts: string, column: number): string[] =>
  mounts.split("\n").map((line) => readWord(line.split(" ", column + 1)[column] ?? ""));

export const parseMountTargets = (mounts: string): string[] => words(mounts, 1);

const mountList = (): string => (process.platform === "linux" ? readFileSync("/proc/self/mounts", "utf8") : "");

const mountTargets = (): string[] => parseMountTargets(mountList());

/** The devices of all mounts, as they were given to `mount`. */
export const mountedDevices = (): string[] => words(mountList(), 0);

/** Only asks the kernel: accessing a mount whose server is gone may block forever. */
export const isListedMount = (path: string): boolean => mountTargets().includes(resolve(path));

/** Whether a separate file system is mounted there. Not for network file systems, which should not be accessed. */
export const isOwnFileSystem = (path: string): boolean =>
  statSync(path).dev !== statSync(dirname(path)).dev || isListedMount(path);

/** Whether something is mounted there; a bind mount of the same device only shows in the kernel's list. */
export const isMountPoint = (path: string): boolean =>
  isListedMount(path) || statSync(path).dev !== statSync(dirname(path)).dev;

/** Mount points below a directory, deepest first. */
export function mountsBelow(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return mountTargets()
    .filter((target) => target.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

/** Arguments per umount: each call is a process, and command lines are limited. */
const AT_ONCE = 100;

/** Unmounts and removes mount points: an existing directory counts as set up. */
export async function unmountBelow(directory: string): Promise<void> {
  const targets = mountsBelow(directory);
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const some = targets.slice(from, from + AT_ONCE);
    // It continues after a failure; what is still mounted cannot be removed as a directory.
    await run("umount", ["-l", ...some]).catch(() => {});
    for (const target of some) {
      try {
        rmdirSync(target);
      } catch {
        // Somebody else's, or in use below.
      }
    }
  }
}
