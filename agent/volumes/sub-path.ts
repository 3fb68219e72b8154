/**
 * A path inside a volume that a container mounts. Containers may have put links there: whatever leads out of the volume
 * is refused, so that no container reaches the machine through another's mount.
 */
import { chmodSync, closeSync, lstatSync, mkdirSync, openSync, realpathSync } from "node:fs";
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

/** A file for the machine's side of a single-file mount, with this mode whatever the umask. */
export function touch(path: string, mode: number): void {
  closeSync(openSync(path, "a", mode));
  chmodSync(path, mode);
}
