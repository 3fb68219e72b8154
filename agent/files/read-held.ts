import { readFileSync } from "node:fs";

/** The records of what pods hold; empty if there are none. */
export function readHeld<Held>(file: string): readonly Held[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as readonly Held[];
  } catch {
    return [];
  }
}
