import { existsSync, readdirSync } from "node:fs";

/** The names in a directory; none if it does not exist. */
export const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
