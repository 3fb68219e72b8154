import { readFileSync } from "node:fs";

/** What a small file holds; nothing where it cannot be read. */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
