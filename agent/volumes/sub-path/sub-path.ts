/**
 * A path inside a volume, for a container to mount. Containers may have put links there: whatever leads out of the
 * volume is refused, so that no container reaches the machine through another one's mount.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from "node:fs";
import { join } from "node:path";
import { isLinux, isWithin, O_PATH, wayWithin } from "./way-within.ts";

/** The path itself is refused; the message is shown to users. */
export class SubPathError extends Error {
  override readonly name = "SubPathError";
}

/**
 * The target of a sub path, held open: whatever containers do to the names along the way, it remains what was found.
 */
export interface HeldPath {
  /** Leads to the target while it is held, also for child processes. */
  readonly path: string;
  /** Where it was found. */
  readonly real: string;
  readonly isDirectory: boolean;
  release(): void;
}

/** Creates a directory with the volume's mode if nothing exists. `root` is the volume's. */
export function holdSubPath(root: string, subPath: string): HeldPath {
  if (subPath.startsWith("/")) throw new SubPathError(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split("/").includes(".."))
    throw new SubPathError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  const { path, stat, release } = wayWithin(realpathSync(root), subPath);
  return { path, real: isLinux ? readlinkSync(path) : path, isDirectory: stat.isDirectory(), release };
}

/** Far more than a file of variables needs. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/**
 * The text of a file inside a volume; undefined if there is none, or it leads out of the volume, or is not a regular
 * file. Containers may have put anything there, and reading a pipe would block forever.
 */
export function readWithin(root: string, path: string): string | undefined {
  let file: number | undefined;
  try {
    const top = realpathSync(root);
    const at = realpathSync(join(top, path));
    file = openSync(at, constants.O_NOFOLLOW | (isLinux ? O_PATH : constants.O_RDONLY | constants.O_NONBLOCK));
    // Where the file is that was opened, whatever has become of the links since.
    const found = isLinux ? readlinkSync(`/proc/self/fd/${file}`) : at;
    const stat = fstatSync(file);
    if (!isWithin(top, found) || !stat.isFile() || stat.size > MAX_OUTPUT_BYTES) return undefined;
    return readFileSync(isLinux ? `/proc/self/fd/${file}` : file, "utf8");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** An empty file for the machine's side of a single-file mount, with this mode regardless of the umask. */
export function touch(path: string, mode: number): void {
  closeSync(openSync(path, "a", mode));
  chmodSync(path, mode);
}
