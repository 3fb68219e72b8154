import { readJson } from "./read-json.ts";

/** The records of what pods hold; empty if there are none. */
export const readHeld = <Held>(file: string): readonly Held[] => readJson<readonly Held[]>(file) ?? [];
