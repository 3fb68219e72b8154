/** The mounts that volumes are made of, on Linux. */
import { execFile } from "node:child_process";
import { readFileSync, rmdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The kernel writes what would end a word as an octal number. */
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

/** What is mounted somewhere, as it was named to `mount`. */
export const mountedDevices = (): string[] => words(mountList(), 0);

/** Asks the kernel alone: whoever looks at a mount whose server is gone may wait for ever. */
export const isListedMount = (path: string): boolean => mountTargets().includes(resolve(path));

/** Whether a file system of its own is mounted there; not for those of other machines, at which nobody should look. */
export const isOwnFileSystem = (path: string): boolean =>
  statSync(path).dev !== statSync(dirname(path)).dev || isListedMount(path);

/** Whether something is mounted there; a directory of the same device shows only in the kernel's list. */
export const isMountPoint = (path: string): boolean =>
  isListedMount(path) || statSync(path).dev !== statSync(dirname(path)).dev;

/** Mount points below a directory, deepest first. */
export function mountsBelow(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  return mountTargets()
    .filter((target) => target.startsWith(`${directory}/`))
    .sort((a, b) => b.length - a.length);
}

/** How many one umount is told of: each is a process of its own, and a command line has an end. */
const AT_ONCE = 100;

/** Takes mount points away with their mounts: a directory that is there counts as set up. */
export async function unmountBelow(directory: string): Promise<void> {
  const targets = mountsBelow(directory);
  for (let from = 0; from < targets.length; from += AT_ONCE) {
    const some = targets.slice(from, from + AT_ONCE);
    // It goes on past one that it cannot take away, which then is no directory that can be removed.
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
