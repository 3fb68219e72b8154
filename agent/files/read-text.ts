import { readFileSync, statSync } from "node:fs";

/** The content of a small file; "" if it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/**
 * Whether the file has exactly this content. Others may have made the file arbitrarily long: a longer one is not read.
 */
export const holdsText = (file: string, text: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.size === Buffer.byteLength(text) && readText(file) === text;
