import { relative } from "node:path";

/** A path as one would type it in the current directory. */
export function pathFromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short || ".";
}
