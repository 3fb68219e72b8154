/**
 * A path inside a volume that a container mounts. Containers may have put links there: whatever leads out of the volume
 * is refused, so that no container reaches the machine through another's mount.
 */
import { closeSync, lstatSync, mkdirSync, openSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";

export class SubPathError extends Error {
  override readonly name = "SubPathError";
}

const isWithin = (root: string, path: string): boolean => {
  const way = relative(root, path);
  // Published volumes have names that begin with two dots.
  return way !== ".." && !way.startsWith(`..${sep}`) && !way.startsWith(sep);
};

/** The path on the machine, made as a directory where nothing is there yet. `root` is the volume's. */
export function prepareSubPath(root: string, subPath: string): string {
  if (subPath.startsWith("/") || subPath.split("/").includes(".."))
    throw new SubPathError(`subPath "${subPath}" must be relative and contain no ".."`);
  const top = realpathSync(root);
  let here = top;
  for (const part of subPath.split("/").filter((name) => name !== "" && name !== ".")) {
    const next = join(here, part);
    if (lstatSync(next, { throwIfNoEntry: false }) === undefined) mkdirSync(next, { mode: 0o777 });
    here = realpathSync(next);
    if (!isWithin(top, here)) throw new SubPathError(`subPath "${subPath}" leads out of the volume`);
  }
  return here;
}

/** A file for the machine's side of a single-file mount. */
export function touch(path: string, mode: number): void {
  closeSync(openSync(path, "a", mode));
}
