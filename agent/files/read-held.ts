import { readFileSync } from "node:fs";

/** What was noted of what pods hold; nothing where nothing was. */
export function readHeld<Held>(file: string): readonly Held[] {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as readonly Held[];
  } catch {
    return [];
  }
}
