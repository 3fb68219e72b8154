import { existsSync, readdirSync } from "node:fs";

/** Of what is in a directory; none where there is no such. */
export const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
