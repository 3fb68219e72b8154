import { readFileSync, statSync } from "node:fs";

/** What a small file holds; nothing where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Whether that is what a file holds, which others may have made as long as they liked: a longer one is not read. */
export const holdsText = (file: string, text: string): boolean =>
  statSync(file, { throwIfNoEntry: false })?.size === Buffer.byteLength(text) && readText(file) === text;
