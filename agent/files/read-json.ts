import { readFileSync } from "node:fs";

/** What the agent wrote down; undefined if there is nothing, or the machine crashed while it was written. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}
