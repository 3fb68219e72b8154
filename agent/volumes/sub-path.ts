/**
 * A path inside a volume that a container mounts. Containers may have put links there: whatever leads out of the volume
 * is refused, so that no container reaches the machine through another's mount.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  realpathSync,
} from "node:fs";
import { join, relative, sep } from "node:path";

/** The path itself is refused; users are told why. */
export class SubPathError extends Error {
  override readonly name = "SubPathError";
}

/** Something in the volume leads out of it: what, would tell of the machine. */
class EscapeError extends Error {
  override readonly name = "EscapeError";
}

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path);
  // Published volumes have names that begin with two dots.
  return way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
};

/** The path on the machine, made as a directory with the volume's mode where nothing is there yet. `root` is the volume's. */
export function prepareSubPath(root: string, subPath: string): string {
  if (subPath.startsWith("/")) throw new SubPathError(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split("/").includes(".."))
    throw new SubPathError(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  const top = realpathSync(root);
  const { mode } = lstatSync(top);
  let here = top;
  let made: string | undefined;
  for (const part of subPath.split("/").filter((name) => name !== "" && name !== ".")) {
    const next = join(here, part);
    if (lstatSync(next, { throwIfNoEntry: false }) === undefined) {
      mkdirSync(next, { mode: 0o777 });
      made = next;
    }
    here = realpathSync(next);
    if (!isWithin(top, here)) throw new EscapeError(`subPath "${subPath}" leads out of the volume`);
  }
  // As the kubelet does: the last one only, whatever the umask.
  if (made !== undefined) chmodSync(made, mode & 0o7777);
  return here;
}

/** Far more than a file of variables needs. */
const LONGEST_TEXT = 64 * 1024;
/** Of Linux: names a file without opening what is behind it. A device may take that for a command: a watchdog resets the machine. */
const O_PATH = 0o10000000;

/**
 * The text of a file inside a volume; undefined where there is none, or it leads out of the volume, or is no plain file: containers
 * may have put there what they like, and whoever reads a pipe waits for ever.
 */
export function readWithin(root: string, path: string): string | undefined {
  let file: number | undefined;
  try {
    const top = realpathSync(root);
    const isLinux = process.platform === "linux";
    const at = realpathSync(join(top, path));
    file = openSync(at, constants.O_NOFOLLOW | (isLinux ? O_PATH : constants.O_RDONLY | constants.O_NONBLOCK));
    // Where it is that was found, whatever has become of the links since.
    const found = isLinux ? readlinkSync(`/proc/self/fd/${file}`) : at;
    const stat = fstatSync(file);
    if (!isWithin(top, found) || !stat.isFile() || stat.size > LONGEST_TEXT) return undefined;
    return readFileSync(isLinux ? `/proc/self/fd/${file}` : file, "utf8");
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A file for the machine's side of a single-file mount, with this mode whatever the umask. */
export function touch(path: string, mode: number): void {
  closeSync(openSync(path, "a", mode));
  chmodSync(path, mode);
}
